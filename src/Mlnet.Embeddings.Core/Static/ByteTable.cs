using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mlnet.Embeddings.Static;

/// <summary>Vectors of signed bytes, each with a scale: a quarter of float32's memory, and as fast to add up.</summary>
internal sealed class ByteTable(ReadOnlyMemory<byte> rows, int dimensions, int[]? mapping, float[]? scales) : TokenTable(dimensions, mapping, scales)
{
    protected override void SumBlock(ReadOnlySpan<int> tokens, ReadOnlySpan<float> factors, int column, ref float sum)
    {
        ref byte origin = ref MemoryMarshal.GetReference(rows.Span[column..]);
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int i = 0; i < tokens.Length; i++)
        {
            ref byte row = ref Unsafe.Add(ref origin, (nint)tokens[i] * Dimensions);
            Vector256<float> factor = Vector256.Create(factors[i]);
            s0 = Vector256.MultiplyAddEstimate(Widen(ref row), factor, s0);
            s1 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref row, 8)), factor, s1);
            s2 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref row, 16)), factor, s2);
            s3 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref row, 24)), factor, s3);
            s4 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref row, 32)), factor, s4);
            s5 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref row, 40)), factor, s5);
            s6 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref row, 48)), factor, s6);
            s7 = Vector256.MultiplyAddEstimate(Widen(ref Unsafe.Add(ref row, 56)), factor, s7);
        }

        s0.StoreUnsafe(ref sum);
        s1.StoreUnsafe(ref sum, 8);
        s2.StoreUnsafe(ref sum, 16);
        s3.StoreUnsafe(ref sum, 24);
        s4.StoreUnsafe(ref sum, 32);
        s5.StoreUnsafe(ref sum, 40);
        s6.StoreUnsafe(ref sum, 48);
        s7.StoreUnsafe(ref sum, 56);
    }

    protected override void AddRest(int row, float factor, int column, Span<float> sum)
    {
        ReadOnlySpan<sbyte> values = MemoryMarshal.Cast<byte, sbyte>(rows.Span.Slice((row * Dimensions) + column, sum.Length));
        for (int i = 0; i < values.Length; i++)
        {
            sum[i] += values[i] * factor;
        }
    }

    /// <summary>Eight signed bytes as floats; on x64 one instruction widens them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(ref byte first)
    {
        Vector128<sbyte> bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref first)).AsSByte();
        if (Avx2.IsSupported)
        {
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(bytes));
        }

        (Vector128<int> low, Vector128<int> high) = Vector128.Widen(Vector128.WidenLower(bytes));
        return Vector256.ConvertToSingle(Vector256.Create(low, high));
    }
}
