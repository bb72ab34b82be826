using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mlnet.Embeddings.Numerics;

/// <summary>Multiplies out reflections and rotations to eigenvectors, a slice of 16 components after the other.</summary>
internal static unsafe class EigenvectorSlices
{
    // 16 components of 384 vectors are 48 KiB; four vector registers a row hide the latency of the chain of rotations.
    private const int Width = 16;

    /// <summary>Writes the eigenvectors as rows, n×n.</summary>
    public static void Fill(Tridiagonal tridiagonal, QlIteration iteration, double[] vectors, int threads)
    {
        int size = tridiagonal.Size;
        int slices = (size + Width - 1) / Width;
        if (threads == 1 || size < 64)
        {
            for (int slice = 0; slice < slices; slice++)
            {
                FillSlice(tridiagonal, iteration, vectors, slice * Width);
            }

            return;
        }

        Parallel.For(0, slices, new ParallelOptions { MaxDegreeOfParallelism = threads }, slice => FillSlice(tridiagonal, iteration, vectors, slice * Width));
    }

    private static void FillSlice(Tridiagonal tridiagonal, QlIteration iteration, double[] vectors, int first)
    {
        int size = tridiagonal.Size;
        int width = Math.Min(Width, size - first);
        double[] slice = new double[size * Width];
        for (int j = 0; j < width; j++)
        {
            slice[((first + j) * Width) + j] = 1;
        }

        fixed (double* q = slice, cosines = iteration.Cosines, sines = iteration.Sines)
        {
            for (int step = 0; step < tridiagonal.Reflections; step++)
            {
                fixed (double* v = tridiagonal.Reflector(step))
                {
                    Reflect(q, v, tridiagonal.Scale(step), step + 1, size);
                }
            }

            Reverse(slice);
            foreach (QlIteration.Sweep sweep in iteration.Sweeps)
            {
                Rotate(q, cosines + sweep.Start, sines + sweep.Start, sweep.First, sweep.Last);
            }
        }

        for (int i = 0; i < size; i++)
        {
            slice.AsSpan(i * Width, width).CopyTo(vectors.AsSpan((i * size) + first));
        }
    }

    private static void Reverse(Span<double> slice)
    {
        Span<double> kept = stackalloc double[Width];
        for (int low = 0, high = slice.Length - Width; low < high; low += Width, high -= Width)
        {
            slice.Slice(low, Width).CopyTo(kept);
            slice.Slice(high, Width).CopyTo(slice[low..]);
            kept.CopyTo(slice[high..]);
        }
    }

    // Each component's row x becomes x − τ(x·v)v; components lie side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Reflect(double* q, double* v, double scale, int first, int size)
    {
        if (scale == 0)
        {
            return;
        }

        Vector256<double> s0 = default, s1 = default, s2 = default, s3 = default;
        for (int i = first; i < size; i++)
        {
            double* x = q + ((nint)i * Width);
            Vector256<double> factor = Vector256.Create(v[i]);
            s0 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(x), s0);
            s1 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(x + 4), s1);
            s2 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(x + 8), s2);
            s3 = Vector256.MultiplyAddEstimate(factor, Vector256.Load(x + 12), s3);
        }

        s0 *= -scale;
        s1 *= -scale;
        s2 *= -scale;
        s3 *= -scale;
        for (int i = first; i < size; i++)
        {
            double* x = q + ((nint)i * Width);
            Vector256<double> factor = Vector256.Create(v[i]);
            Vector256.MultiplyAddEstimate(factor, s0, Vector256.Load(x)).Store(x);
            Vector256.MultiplyAddEstimate(factor, s1, Vector256.Load(x + 4)).Store(x + 4);
            Vector256.MultiplyAddEstimate(factor, s2, Vector256.Load(x + 8)).Store(x + 8);
            Vector256.MultiplyAddEstimate(factor, s3, Vector256.Load(x + 12)).Store(x + 12);
        }
    }

    // Rotations of neighbouring planes share a vector, which stays in registers on its way down.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rotate(double* q, double* cosines, double* sines, int first, int last)
    {
        if (last < first)
        {
            return;
        }

        double* upper = q + ((nint)(last + 1) * Width);
        Vector256<double> u0 = Vector256.Load(upper), u1 = Vector256.Load(upper + 4), u2 = Vector256.Load(upper + 8), u3 = Vector256.Load(upper + 12);
        for (int i = last; i >= first; i--, cosines++, sines++)
        {
            double* lower = upper - Width;
            Vector256<double> c = Vector256.Create(*cosines), s = Vector256.Create(*sines), minus = Vector256.Create(-*sines);
            Vector256<double> l0 = Vector256.Load(lower), l1 = Vector256.Load(lower + 4), l2 = Vector256.Load(lower + 8), l3 = Vector256.Load(lower + 12);
            Vector256.MultiplyAddEstimate(s, l0, c * u0).Store(upper);
            Vector256.MultiplyAddEstimate(s, l1, c * u1).Store(upper + 4);
            Vector256.MultiplyAddEstimate(s, l2, c * u2).Store(upper + 8);
            Vector256.MultiplyAddEstimate(s, l3, c * u3).Store(upper + 12);
            u0 = Vector256.MultiplyAddEstimate(c, l0, minus * u0);
            u1 = Vector256.MultiplyAddEstimate(c, l1, minus * u1);
            u2 = Vector256.MultiplyAddEstimate(c, l2, minus * u2);
            u3 = Vector256.MultiplyAddEstimate(c, l3, minus * u3);
            upper = lower;
        }

        u0.Store(upper);
        u1.Store(upper + 4);
        u2.Store(upper + 8);
        u3.Store(upper + 12);
    }
}
