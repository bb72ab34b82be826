using System.Buffers;

namespace Mlnet.Embeddings.Numerics;

/// <summary>
/// Products of row-major float32 matrices, blocked for the caches and with a register-tiled SIMD kernel (Goto and van de Geijn, 2008).
/// </summary>
/// <remarks>
/// An entry of the result depends on its own row of the left and its own column of the right factor only, always summed in the same order: not on the
/// other rows, on where it stands or on the number of threads. Sums run in float32 over blocks of 256 terms.
/// </remarks>
public static class MatrixProduct
{
    // Columns of the right factor that are packed at a time, whole panels; with a block of terms 2 MiB, which the third-level cache holds.
    private const int ColumnBlock = 43 * 48;

    // Below this many multiplications starting threads costs more than it saves.
    private const long WorthThreads = 1 << 20;

    /// <summary>C = A·B, or C += A·B.</summary>
    /// <param name="a">A, <paramref name="rows"/>×<paramref name="inner"/>, row after row.</param>
    /// <param name="b">B, <paramref name="inner"/>×<paramref name="columns"/>, row after row.</param>
    /// <param name="c">C, <paramref name="rows"/>×<paramref name="columns"/>, row after row; may not overlap A or B.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="inner">Columns of A, rows of B; with 0 the product is zero.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="accumulate">Whether to add to what <paramref name="c"/> holds.</param>
    /// <param name="threads">The most threads to use, at least 1; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A span has another length than its matrix.</exception>
    public static void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int rows, int inner, int columns, bool accumulate = false, int threads = 1)
    {
        CheckSizes(a, b, c, rows, inner, columns, threads);
        Run(a, inner, 1, b, columns, 1, c, new PackedMatrix.Size(rows, inner, columns), accumulate, threads);
    }

    /// <summary>C = A·Bᵀ, or C += A·Bᵀ: all dot products of rows of A with rows of B.</summary>
    /// <param name="a">A, <paramref name="rows"/>×<paramref name="inner"/>, row after row.</param>
    /// <param name="b">B, <paramref name="columns"/>×<paramref name="inner"/>, row after row.</param>
    /// <param name="c">C, <paramref name="rows"/>×<paramref name="columns"/>, row after row; may not overlap A or B.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="inner">Columns of A and of B; with 0 the product is zero.</param>
    /// <param name="columns">Rows of B, columns of C.</param>
    /// <param name="accumulate">Whether to add to what <paramref name="c"/> holds.</param>
    /// <param name="threads">The most threads to use, at least 1; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A span has another length than its matrix.</exception>
    public static void MultiplyByTransposed(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int rows, int inner, int columns, bool accumulate = false, int threads = 1)
    {
        CheckSizes(a, b, c, rows, inner, columns, threads);
        Run(a, inner, 1, b, 1, inner, c, new PackedMatrix.Size(rows, inner, columns), accumulate, threads);
    }

    /// <summary>C = Aᵀ·B, or C += Aᵀ·B: the sum of the outer products of the rows of A and B.</summary>
    /// <param name="a">A, <paramref name="inner"/>×<paramref name="rows"/>, row after row.</param>
    /// <param name="b">B, <paramref name="inner"/>×<paramref name="columns"/>, row after row.</param>
    /// <param name="c">C, <paramref name="rows"/>×<paramref name="columns"/>, row after row; may not overlap A or B.</param>
    /// <param name="rows">Columns of A, rows of C.</param>
    /// <param name="inner">Rows of A and of B; with 0 the product is zero.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="accumulate">Whether to add to what <paramref name="c"/> holds.</param>
    /// <param name="threads">The most threads to use, at least 1; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">A span has another length than its matrix.</exception>
    public static void MultiplyTransposed(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int rows, int inner, int columns, bool accumulate = false, int threads = 1)
    {
        CheckSizes(a, b, c, rows, inner, columns, threads);
        Run(a, 1, rows, b, columns, 1, c, new PackedMatrix.Size(rows, inner, columns), accumulate, threads);
    }

    private static unsafe void Run(ReadOnlySpan<float> a, int aRow, int aColumn, ReadOnlySpan<float> b, int bRow, int bColumn, Span<float> c, PackedMatrix.Size size, bool accumulate, int threads)
    {
        if (c.IsEmpty || size.Inner == 0)
        {
            if (!accumulate)
            {
                c.Clear();
            }

            return;
        }

        if ((long)size.Rows * size.Inner * size.Columns < WorthThreads)
        {
            threads = 1;
        }

        fixed (float* pa = a, pb = b, pc = c)
        {
            Run(new(pa, aRow, aColumn), new(pb, bRow, bColumn), pc, size, accumulate, threads);
        }
    }

    private static unsafe void Run(StridedMatrix<float> a, StridedMatrix<float> b, float* c, PackedMatrix.Size size, bool accumulate, int threads)
    {
        int packedColumns = PackedMatrix.PaddedColumns(Math.Min(size.Columns, ColumnBlock));
        float[] packed = ArrayPool<float>.Shared.Rent((Math.Min(size.Inner, PackedMatrix.InnerBlock) * packedColumns) + AlignedMemory.Spare<float>());
        fixed (float* unaligned = packed)
        {
            float* panels = AlignedMemory.Align(unaligned);
            for (int column = 0; column < size.Columns; column += ColumnBlock)
            {
                for (int inner = 0; inner < size.Inner; inner += PackedMatrix.InnerBlock)
                {
                    PackedMatrix.Size block = new(size.Rows, Math.Min(PackedMatrix.InnerBlock, size.Inner - inner), Math.Min(ColumnBlock, size.Columns - column));
                    PackRight(b.From(inner, column), panels, block, threads);
                    MultiplyBlock(a.From(0, inner), panels, new(c + column, size.Columns, 1), block, accumulate || inner > 0, threads);
                }
            }
        }

        ArrayPool<float>.Shared.Return(packed);
    }

    private static unsafe void PackRight(StridedMatrix<float> b, float* panels, PackedMatrix.Size size, int threads)
    {
        int width = ProductTile<float>.Columns;
        For((size.Columns + width - 1) / width, threads, panel => PackedMatrix.PackRight(b.From(0, panel * width), panels, panel * width, size));
    }

    private static unsafe void MultiplyBlock(StridedMatrix<float> a, float* panels, StridedMatrix<float> c, PackedMatrix.Size size, bool accumulate, int threads)
    {
        // Few rows are divided more finely, so that each thread gets some.
        int perThread = PackedMatrix.RoundUp((size.Rows + threads - 1) / threads, ProductTile<float>.Rows);
        int blockRows = Math.Min(PackedMatrix.RowBlock, perThread);
        For((size.Rows + blockRows - 1) / blockRows, threads, block =>
        {
            int first = block * blockRows;
            PackedMatrix.MultiplyRows(a.From(first, 0), panels, c.From(first, 0), size with { Rows = Math.Min(blockRows, size.Rows - first) }, accumulate);
        });
    }

    private static void For(int count, int threads, Action<int> body)
    {
        if (threads > 1 && count > 1)
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            body(i);
        }
    }

    private static void CheckSizes(ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c, int rows, int inner, int columns, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(inner);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        CheckLength(a, (long)rows * inner, nameof(a));
        CheckLength(b, (long)inner * columns, nameof(b));
        CheckLength(c, (long)rows * columns, nameof(c));
        if (c.Overlaps(a) || c.Overlaps(b))
        {
            throw new ArgumentException("The result may not overlap a factor.", nameof(c));
        }
    }

    private static void CheckLength(ReadOnlySpan<float> matrix, long expected, string name)
    {
        if (matrix.Length != expected)
        {
            throw new ArgumentException($"The matrix needs {expected} values; the span has {matrix.Length}.", name);
        }
    }
}
