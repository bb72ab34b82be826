using System.Buffers;
using System.Numerics;

namespace Mlnet.Embeddings.Numerics;

/// <summary>
/// Products of row-major matrices of float32 or float64, blocked for the caches and with a register-tiled SIMD kernel (Goto and van de Geijn, 2008).
/// </summary>
/// <remarks>
/// An entry of the result depends on its own row of the left and its own column of the right factor only, always summed in the same order: not on the
/// other rows, on where it stands or on the number of threads. Sums run in the precision of the values over blocks of 256 terms.
/// </remarks>
public static class MatrixProduct
{
    // Columns of the right factor that are packed at a time, whole panels; with a block of terms 2 MiB, which the third-level cache holds.
    private const int ColumnBlock = 43 * 48;

    // Values of the right factor that are packed at a time, if the terms of more than one block fit.
    private const int PackedValues = PackedMatrix<float>.InnerBlock * ColumnBlock;

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
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">A span has another length than its matrix.</exception>
    /// <exception cref="NotSupportedException">The values are neither float nor double.</exception>
    public static void Multiply<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c, int rows, int inner, int columns, bool accumulate = false, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckSizes(a, b, c, rows, inner, columns, threads);
        Run(a, inner, 1, b, columns, 1, c, new PackedMatrix<T>.Size(rows, inner, columns), accumulate, threads);
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
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">A span has another length than its matrix.</exception>
    /// <exception cref="NotSupportedException">The values are neither float nor double.</exception>
    public static void MultiplyByTransposed<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c, int rows, int inner, int columns, bool accumulate = false, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckSizes(a, b, c, rows, inner, columns, threads);
        Run(a, inner, 1, b, 1, inner, c, new PackedMatrix<T>.Size(rows, inner, columns), accumulate, threads);
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
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">A span has another length than its matrix.</exception>
    /// <exception cref="NotSupportedException">The values are neither float nor double.</exception>
    public static void MultiplyTransposed<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c, int rows, int inner, int columns, bool accumulate = false, int threads = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckSizes(a, b, c, rows, inner, columns, threads);
        Run(a, 1, rows, b, columns, 1, c, new PackedMatrix<T>.Size(rows, inner, columns), accumulate, threads);
    }

    private static unsafe void Run<T>(ReadOnlySpan<T> a, int aRow, int aColumn, ReadOnlySpan<T> b, int bRow, int bColumn, Span<T> c, PackedMatrix<T>.Size size, bool accumulate, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
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

        fixed (T* pa = a, pb = b, pc = c)
        {
            Run(new(pa, aRow, aColumn), new(pb, bRow, bColumn), pc, size, accumulate, threads);
        }
    }

    private static unsafe void Run<T>(StridedMatrix<T> a, StridedMatrix<T> b, T* c, PackedMatrix<T>.Size size, bool accumulate, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // As many blocks of terms at a time as fit: threads then meet twice a product, not twice a block.
        int packedColumns = PackedMatrix<T>.PaddedColumns(Math.Min(size.Columns, ColumnBlock));
        int terms = Math.Min(size.Inner, Math.Max(1, PackedValues / packedColumns / PackedMatrix<T>.InnerBlock) * PackedMatrix<T>.InnerBlock);
        T[] packed = ArrayPool<T>.Shared.Rent((terms * packedColumns) + AlignedMemory.Spare<T>());
        fixed (T* unaligned = packed)
        {
            T* panels = AlignedMemory.Align(unaligned);
            for (int column = 0; column < size.Columns; column += ColumnBlock)
            {
                for (int inner = 0; inner < size.Inner; inner += terms)
                {
                    PackedMatrix<T>.Size block = new(size.Rows, Math.Min(terms, size.Inner - inner), Math.Min(ColumnBlock, size.Columns - column));
                    PackRight(b.From(inner, column), panels, block, threads);
                    MultiplyBlock(a.From(0, inner), panels, new(c + column, size.Columns, 1), block, accumulate || inner > 0, threads);
                }
            }
        }

        ArrayPool<T>.Shared.Return(packed);
    }

    private static unsafe void PackRight<T>(StridedMatrix<T> b, T* panels, PackedMatrix<T>.Size size, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = ProductTile<T>.Columns;
        For((size.Columns + width - 1) / width, threads, panel =>
        {
            for (int first = 0; first < size.Inner; first += PackedMatrix<T>.InnerBlock)
            {
                PackedMatrix<T>.PackRight(b.From(first, panel * width), Block(panels, first, size), panel * width, Terms(size, first));
            }
        });
    }

    private static unsafe void MultiplyBlock<T>(StridedMatrix<T> a, T* panels, StridedMatrix<T> c, PackedMatrix<T>.Size size, bool accumulate, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // As many blocks for each thread as for the others, so that none waits; few rows are divided more finely.
        int blocks = PackedMatrix<T>.RoundUp((size.Rows + PackedMatrix<T>.RowBlock - 1) / PackedMatrix<T>.RowBlock, threads);
        int blockRows = PackedMatrix<T>.RoundUp((size.Rows + blocks - 1) / blocks, ProductTile<T>.Rows);
        For((size.Rows + blockRows - 1) / blockRows, threads, block =>
        {
            int row = block * blockRows;
            for (int first = 0; first < size.Inner; first += PackedMatrix<T>.InnerBlock)
            {
                PackedMatrix<T>.Size part = Terms(size, first) with { Rows = Math.Min(blockRows, size.Rows - row) };
                PackedMatrix<T>.MultiplyRows(a.From(row, first), Block(panels, first, size), c.From(row, 0), part, accumulate || first > 0);
            }
        });
    }

    // Where the panels of the block of terms that begins so lie.
    private static unsafe T* Block<T>(T* panels, int first, PackedMatrix<T>.Size size)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => panels + ((nint)first * PackedMatrix<T>.PaddedColumns(size.Columns));

    private static PackedMatrix<T>.Size Terms<T>(PackedMatrix<T>.Size size, int first)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => size with { Inner = Math.Min(PackedMatrix<T>.InnerBlock, size.Inner - first) };

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

    private static void CheckSizes<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> c, int rows, int inner, int columns, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double))
        {
            throw new NotSupportedException($"Matrices of {typeof(T).Name} are not multiplied here; convert them to float or double.");
        }

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

    private static void CheckLength<T>(ReadOnlySpan<T> matrix, long expected, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (matrix.Length != expected)
        {
            throw new ArgumentException($"The matrix needs {expected} values; the span has {matrix.Length}.", name);
        }
    }
}
