using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Dot products and squared distances of two rows. Sums run in one order whatever the rows' addresses, so that the same rows always give the same bits.</summary>
internal static class RowKernel
{
    /// <summary>x·y, summed in float32.</summary>
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref float a = ref MemoryMarshal.GetReference(x);
        ref float b = ref MemoryMarshal.GetReference(y);
        nuint length = (nuint)Math.Min(x.Length, y.Length);
        nuint i = 0;
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (; i + 32 <= length; i += 32)
        {
            s0 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref a, i), Vector256.LoadUnsafe(ref b, i), s0);
            s1 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref a, i + 8), Vector256.LoadUnsafe(ref b, i + 8), s1);
            s2 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref a, i + 16), Vector256.LoadUnsafe(ref b, i + 16), s2);
            s3 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref a, i + 24), Vector256.LoadUnsafe(ref b, i + 24), s3);
        }

        for (; i + 8 <= length; i += 8)
        {
            s0 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref a, i), Vector256.LoadUnsafe(ref b, i), s0);
        }

        float sum = Vector256.Sum((s0 + s1) + (s2 + s3));
        for (; i < length; i++)
        {
            sum += Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
        }

        return sum;
    }

    /// <summary>‖x − y‖², summed in float32.</summary>
    public static float SquaredDistance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref float a = ref MemoryMarshal.GetReference(x);
        ref float b = ref MemoryMarshal.GetReference(y);
        nuint length = (nuint)Math.Min(x.Length, y.Length);
        nuint i = 0;
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (; i + 32 <= length; i += 32)
        {
            Vector256<float> d0 = Vector256.LoadUnsafe(ref a, i) - Vector256.LoadUnsafe(ref b, i);
            Vector256<float> d1 = Vector256.LoadUnsafe(ref a, i + 8) - Vector256.LoadUnsafe(ref b, i + 8);
            Vector256<float> d2 = Vector256.LoadUnsafe(ref a, i + 16) - Vector256.LoadUnsafe(ref b, i + 16);
            Vector256<float> d3 = Vector256.LoadUnsafe(ref a, i + 24) - Vector256.LoadUnsafe(ref b, i + 24);
            s0 = Vector256.MultiplyAddEstimate(d0, d0, s0);
            s1 = Vector256.MultiplyAddEstimate(d1, d1, s1);
            s2 = Vector256.MultiplyAddEstimate(d2, d2, s2);
            s3 = Vector256.MultiplyAddEstimate(d3, d3, s3);
        }

        for (; i + 8 <= length; i += 8)
        {
            Vector256<float> difference = Vector256.LoadUnsafe(ref a, i) - Vector256.LoadUnsafe(ref b, i);
            s0 = Vector256.MultiplyAddEstimate(difference, difference, s0);
        }

        float sum = Vector256.Sum((s0 + s1) + (s2 + s3));
        for (; i < length; i++)
        {
            float difference = Unsafe.Add(ref a, i) - Unsafe.Add(ref b, i);
            sum += difference * difference;
        }

        return sum;
    }

    /// <summary>x·y, summed in float64.</summary>
    public static double PreciseDot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref float a = ref MemoryMarshal.GetReference(x);
        ref float b = ref MemoryMarshal.GetReference(y);
        nuint length = (nuint)Math.Min(x.Length, y.Length);
        nuint i = 0;
        Vector256<double> low = default, high = default;
        for (; i + 8 <= length; i += 8)
        {
            Vector256<float> u = Vector256.LoadUnsafe(ref a, i);
            Vector256<float> v = Vector256.LoadUnsafe(ref b, i);
            low = Vector256.MultiplyAddEstimate(Vector256.WidenLower(u), Vector256.WidenLower(v), low);
            high = Vector256.MultiplyAddEstimate(Vector256.WidenUpper(u), Vector256.WidenUpper(v), high);
        }

        double sum = Vector256.Sum(low + high);
        for (; i < length; i++)
        {
            sum += (double)Unsafe.Add(ref a, i) * Unsafe.Add(ref b, i);
        }

        return sum;
    }

    /// <summary>‖x − y‖², summed in float64: 0 for equal rows and for no others.</summary>
    public static double PreciseSquaredDistance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref float a = ref MemoryMarshal.GetReference(x);
        ref float b = ref MemoryMarshal.GetReference(y);
        nuint length = (nuint)Math.Min(x.Length, y.Length);
        nuint i = 0;
        Vector256<double> low = default, high = default;
        for (; i + 8 <= length; i += 8)
        {
            Vector256<float> u = Vector256.LoadUnsafe(ref a, i);
            Vector256<float> v = Vector256.LoadUnsafe(ref b, i);
            Vector256<double> l = Vector256.WidenLower(u) - Vector256.WidenLower(v);
            Vector256<double> h = Vector256.WidenUpper(u) - Vector256.WidenUpper(v);
            low = Vector256.MultiplyAddEstimate(l, l, low);
            high = Vector256.MultiplyAddEstimate(h, h, high);
        }

        double sum = Vector256.Sum(low + high);
        for (; i < length; i++)
        {
            double difference = (double)Unsafe.Add(ref a, i) - Unsafe.Add(ref b, i);
            sum += difference * difference;
        }

        return sum;
    }
}
