using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mlnet.Embeddings.Numerics;

/// <summary>The inside of <see cref="MatrixProduct"/>: a 6×16 tile of the result, kept in registers while a block of terms is summed.</summary>
internal static unsafe class ProductKernel
{
    // 6 · 2 accumulators of 8 floats, 2 registers for the right factor and 2 for the left fill the 16 vector registers of x64.
    public const int Rows = 6;
    public const int Columns = 16;

    /// <summary>How many floats more than needed a buffer must have for <see cref="Align"/>.</summary>
    public const int AlignmentFloats = 16;

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    /// <summary>The first address of a whole cache line at or after <paramref name="pointer"/>.</summary>
    public static float* Align(float* pointer) => (float*)(((nuint)pointer + 63) & ~(nuint)63);

    /// <summary>Copies <paramref name="rows"/> rows of <paramref name="inner"/> entries into a panel: entry (i, p) goes to p · height + i, missing rows are zero.</summary>
    public static void Pack(StridedMatrix source, int height, int rows, int inner, float* panel)
    {
        if (rows < height)
        {
            new Span<float>(panel, height * inner).Clear();
        }

        if (source.RowStride == 1 && rows == height)
        {
            for (int p = 0; p < inner; p++)
            {
                new ReadOnlySpan<float>(source.First + (p * source.ColumnStride), height).CopyTo(new Span<float>(panel + (p * height), height));
            }

            return;
        }

        for (int i = 0; i < rows; i++)
        {
            float* from = source.First + (i * source.RowStride);
            float* to = panel + i;
            for (int p = 0; p < inner; p++, from += source.ColumnStride, to += height)
            {
                *to = *from;
            }
        }
    }

    /// <summary>Writes or adds the product of a left panel and a right panel to a tile of the result, of which <paramref name="rows"/>×<paramref name="columns"/> entries exist.</summary>
    public static void Multiply(float* left, float* right, int inner, StridedMatrix c, int rows, int columns, bool accumulate)
    {
        if (rows == Rows && columns == Columns)
        {
            MultiplyTile(left, right, inner, c.First, c.RowStride, accumulate);
            return;
        }

        float* tile = stackalloc float[Rows * Columns];
        MultiplyTile(left, right, inner, tile, Columns, accumulate: false);
        for (int i = 0; i < rows; i++)
        {
            float* to = c.First + (i * c.RowStride);
            for (int j = 0; j < columns; j++)
            {
                to[j] = accumulate ? to[j] + tile[(i * Columns) + j] : tile[(i * Columns) + j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTile(float* left, float* right, int inner, float* c, nint stride, bool accumulate)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        for (int p = 0; p < inner; p++, left += Rows, right += Columns)
        {
            Vector256<float> b0 = Vector256.Load(right);
            Vector256<float> b1 = Vector256.Load(right + 8);
            Vector256<float> a = Vector256.Create(left[0]);
            c00 = Vector256.MultiplyAddEstimate(a, b0, c00);
            c01 = Vector256.MultiplyAddEstimate(a, b1, c01);
            a = Vector256.Create(left[1]);
            c10 = Vector256.MultiplyAddEstimate(a, b0, c10);
            c11 = Vector256.MultiplyAddEstimate(a, b1, c11);
            a = Vector256.Create(left[2]);
            c20 = Vector256.MultiplyAddEstimate(a, b0, c20);
            c21 = Vector256.MultiplyAddEstimate(a, b1, c21);
            a = Vector256.Create(left[3]);
            c30 = Vector256.MultiplyAddEstimate(a, b0, c30);
            c31 = Vector256.MultiplyAddEstimate(a, b1, c31);
            a = Vector256.Create(left[4]);
            c40 = Vector256.MultiplyAddEstimate(a, b0, c40);
            c41 = Vector256.MultiplyAddEstimate(a, b1, c41);
            a = Vector256.Create(left[5]);
            c50 = Vector256.MultiplyAddEstimate(a, b0, c50);
            c51 = Vector256.MultiplyAddEstimate(a, b1, c51);
        }

        Store(c, c00, c01, accumulate);
        Store(c + stride, c10, c11, accumulate);
        Store(c + (2 * stride), c20, c21, accumulate);
        Store(c + (3 * stride), c30, c31, accumulate);
        Store(c + (4 * stride), c40, c41, accumulate);
        Store(c + (5 * stride), c50, c51, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* c, Vector256<float> low, Vector256<float> high, bool accumulate)
    {
        if (accumulate)
        {
            low += Vector256.Load(c);
            high += Vector256.Load(c + 8);
        }

        low.Store(c);
        high.Store(c + 8);
    }
}
