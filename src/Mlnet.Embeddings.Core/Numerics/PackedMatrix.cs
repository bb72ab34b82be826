using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Numerics;

/// <summary>A matrix B that many blocks of rows are multiplied by, laid out for <see cref="ProductTile{T}"/> once.</summary>
/// <remarks>The inside of <see cref="MatrixProduct"/> too, which packs a part of B at a time. Immutable and safe to share once packed.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class PackedMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows of A in a block; with <see cref="InnerBlock"/> terms they (96 KiB) stay in the second-level cache.</summary>
    public const int RowBlock = 96;

    /// <summary>Terms summed at a time; a panel of B (24 KiB with AVX2) stays in the first-level cache.</summary>
    public const int InnerBlock = 256;

    // A row of an encoder's width takes no buffer from the pool.
    private const int StackValues = 1040;

    private readonly Memory<T> _panels;
    private readonly int _inner;
    private readonly int _columns;

    /// <param name="matrix">B, <paramref name="inner"/>×<paramref name="columns"/>, row after row.</param>
    /// <param name="inner">Rows of B.</param>
    /// <param name="columns">Columns of B.</param>
    public PackedMatrix(ReadOnlySpan<T> matrix, int inner, int columns)
    {
        (_inner, _columns) = (inner, columns);
        _panels = AlignedMemory.Allocate<T>(checked(inner * PaddedColumns(columns)));
        fixed (T* b = matrix, panels = _panels.Span)
        {
            for (int first = 0; first < inner; first += InnerBlock)
            {
                Size size = new(0, Math.Min(InnerBlock, inner - first), columns);
                for (int column = 0; column < columns; column += Width)
                {
                    PackRight(new StridedMatrix<T>(b, columns, 1).From(first, column), panels + ((nint)first * PaddedColumns(columns)), column, size);
                }
            }
        }
    }

    private static int Width => ProductTile<T>.Columns;

    private static int Height => ProductTile<T>.Rows;

    /// <summary>Columns of B in whole panels.</summary>
    public static int PaddedColumns(int columns) => RoundUp(columns, Width);

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    /// <summary>C = (A − center)·B on this thread.</summary>
    /// <param name="rows">A, <paramref name="count"/> rows.</param>
    /// <param name="center">What is taken from each row of A first; empty for nothing.</param>
    /// <param name="destination">C, row after row; may be A itself where both are of one size.</param>
    /// <param name="count">Rows of A and C.</param>
    public void Multiply(ReadOnlySpan<T> rows, ReadOnlySpan<T> center, Span<T> destination, int count)
    {
        int needed = (Padded(Math.Min(count, RowBlock)) * _inner) + AlignedMemory.Spare<T>();
        T[]? rented = needed > StackValues ? ArrayPool<T>.Shared.Rent(needed) : null;
        Span<T> buffer = rented is null ? stackalloc T[StackValues] : rented;
        fixed (T* a = rows, mean = center, panels = _panels.Span, c = destination, unaligned = buffer)
        {
            T* packed = AlignedMemory.Align(unaligned);
            for (int row = 0; row < count; row += RowBlock)
            {
                Multiply(new StridedMatrix<T>(a, _inner, 1).From(row, 0), mean, panels, new StridedMatrix<T>(c, _columns, 1).From(row, 0), Math.Min(RowBlock, count - row), packed);
            }
        }

        if (rented is not null)
        {
            ArrayPool<T>.Shared.Return(rented);
        }
    }

    // All terms of the rows are packed before the first result is written: it may be written over them.
    private void Multiply(StridedMatrix<T> a, T* center, T* panels, StridedMatrix<T> c, int rows, T* packed)
    {
        nint height = Padded(rows);
        for (int first = 0; first < _inner; first += InnerBlock)
        {
            PackLeft(a.From(0, first), center is null ? null : center + first, packed + (height * first), BlockOf(rows, first));
        }

        for (int first = 0; first < _inner; first += InnerBlock)
        {
            Size size = BlockOf(rows, first);
            MultiplyPacked(new(packed + (height * first), size.Inner, 1), panels + ((nint)first * PaddedColumns(_columns)), c, size, accumulate: first > 0);
        }
    }

    // A row alone needs no company of zeros.
    private static int Padded(int rows) => rows == 1 ? 1 : RoundUp(rows, Height);

    private Size BlockOf(int rows, int first) => new(rows, Math.Min(InnerBlock, _inner - first), _columns);

    /// <summary>Copies the panel of B that begins at a column to its place: term after term, missing columns are zero.</summary>
    public static void PackRight(StridedMatrix<T> b, T* panels, int column, Size size)
    {
        T* panel = panels + ((nint)column * size.Inner);
        int columns = Math.Min(Width, size.Columns - column);
        if (columns < Width)
        {
            new Span<T>(panel, Width * size.Inner).Clear();
        }

        if (b.ColumnStride == 1)
        {
            for (int p = 0; p < size.Inner; p++)
            {
                new ReadOnlySpan<T>(b.First + (p * b.RowStride), columns).CopyTo(new Span<T>(panel + (p * Width), columns));
            }

            return;
        }

        Transpose(b.Transposed, columns, size.Inner, panel, Width);
    }

    /// <summary>Writes or adds the product of up to <see cref="RowBlock"/> rows of A and the panels of a block of B.</summary>
    public static void MultiplyRows(StridedMatrix<T> a, T* panels, StridedMatrix<T> c, Size size, bool accumulate)
    {
        T[] rented = ArrayPool<T>.Shared.Rent((RoundUp(size.Rows, Height) * size.Inner) + AlignedMemory.Spare<T>());
        fixed (T* unaligned = rented)
        {
            StridedMatrix<T> left = PackLeft(a, null, AlignedMemory.Align(unaligned), size);
            MultiplyPacked(left, panels, c, size, accumulate);
        }

        ArrayPool<T>.Shared.Return(rented);
    }

    private static void MultiplyPacked(StridedMatrix<T> left, T* panels, StridedMatrix<T> c, Size size, bool accumulate)
    {
        for (int column = 0; column < size.Columns; column += Width)
        {
            int columns = Math.Min(Width, size.Columns - column);
            for (int row = 0; row < size.Rows; row += Height)
            {
                StridedMatrix<T> tile = new(left.First + ((nint)row * size.Inner), left.RowStride, left.ColumnStride);
                MultiplyTile(tile, panels + ((nint)column * size.Inner), c.From(row, column), size.Inner, Math.Min(Height, size.Rows - row), columns, accumulate);
            }
        }
    }

    // Tile after tile of rows. Rows that lie in one piece stay so; those of a transposed factor go term after term.
    private static StridedMatrix<T> PackLeft(StridedMatrix<T> a, T* center, T* packed, Size size)
    {
        if (a.ColumnStride == 1)
        {
            for (int row = 0; row < size.Rows; row++)
            {
                ReadOnlySpan<T> from = new(a.First + (row * a.RowStride), size.Inner);
                Span<T> to = new(packed + ((nint)row * size.Inner), size.Inner);
                if (center is null)
                {
                    from.CopyTo(to);
                }
                else
                {
                    TensorPrimitives.Subtract(from, new ReadOnlySpan<T>(center, size.Inner), to);
                }
            }

            new Span<T>(packed + ((nint)size.Rows * size.Inner), (Padded(size.Rows) - size.Rows) * size.Inner).Clear();
            return new(packed, size.Inner, 1);
        }

        int whole = size.Rows / Height * Height;
        new Span<T>(packed + ((nint)whole * size.Inner), (RoundUp(size.Rows, Height) - whole) * size.Inner).Clear();
        for (int row = 0; row < size.Rows; row += Height)
        {
            Transpose(a.From(row, 0), Math.Min(Height, size.Rows - row), size.Inner, packed + ((nint)row * size.Inner), Height);
        }

        return new(packed, 1, Height);
    }

    // Entry (i, p) goes to p · height + i.
    private static void Transpose(StridedMatrix<T> source, int rows, int inner, T* panel, int height)
    {
        for (int i = 0; i < rows; i++)
        {
            T* from = source.First + (i * source.RowStride);
            T* to = panel + i;
            for (int p = 0; p < inner; p++, from += source.ColumnStride, to += height)
            {
                *to = *from;
            }
        }
    }

    private static void MultiplyTile(StridedMatrix<T> left, T* panel, StridedMatrix<T> c, int inner, int rows, int columns, bool accumulate)
    {
        if (rows == Height && columns == Width)
        {
            ProductTile<T>.Multiply(left, panel, inner, c.First, c.RowStride, accumulate);
            return;
        }

        if (rows == 1 && columns == Width)
        {
            ProductTile<T>.MultiplyRow(left, panel, inner, c.First, accumulate);
            return;
        }

        T* tile = stackalloc T[ProductTile<T>.Rows512 * ProductTile<T>.Columns512];
        if (rows == 1)
        {
            ProductTile<T>.MultiplyRow(left, panel, inner, tile, accumulate: false);
        }
        else
        {
            ProductTile<T>.Multiply(left, panel, inner, tile, Width, accumulate: false);
        }

        for (int i = 0; i < rows; i++)
        {
            Span<T> to = new(c.First + (i * c.RowStride), columns);
            ReadOnlySpan<T> from = new(tile + (i * Width), columns);
            if (accumulate)
            {
                TensorPrimitives.Add(to, from, to);
            }
            else
            {
                from.CopyTo(to);
            }
        }
    }

    /// <summary>The sizes of a product: C is Rows×Columns, sums have Inner terms.</summary>
    public readonly record struct Size(int Rows, int Inner, int Columns);
}
