using System.Buffers;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Numerics;

/// <summary>A matrix B that many blocks of rows are multiplied by, laid out for <see cref="ProductTile{T}"/> once.</summary>
/// <remarks>The inside of <see cref="MatrixProduct"/> too, which packs a part of B at a time. Immutable and safe to share once packed.</remarks>
internal sealed unsafe class PackedMatrix
{
    /// <summary>Rows of A in a block; with <see cref="InnerBlock"/> terms they (96 KiB) stay in the second-level cache.</summary>
    public const int RowBlock = 96;

    /// <summary>Terms summed at a time; a panel of B (24 KiB with AVX2) stays in the first-level cache.</summary>
    public const int InnerBlock = 256;

    // A row of an encoder's width takes no buffer from the pool.
    private const int StackValues = 1040;

    private readonly Memory<float> _panels;
    private readonly int _inner;
    private readonly int _columns;

    /// <param name="matrix">B, <paramref name="inner"/>×<paramref name="columns"/>, row after row.</param>
    /// <param name="inner">Rows of B.</param>
    /// <param name="columns">Columns of B.</param>
    public PackedMatrix(ReadOnlySpan<float> matrix, int inner, int columns)
    {
        (_inner, _columns) = (inner, columns);
        _panels = AlignedMemory.Allocate<float>(checked(inner * PaddedColumns(columns)));
        fixed (float* b = matrix, panels = _panels.Span)
        {
            for (int first = 0; first < inner; first += InnerBlock)
            {
                Size size = new(0, Math.Min(InnerBlock, inner - first), columns);
                for (int column = 0; column < columns; column += Width)
                {
                    PackRight(new StridedMatrix<float>(b, columns, 1).From(first, column), panels + ((nint)first * PaddedColumns(columns)), column, size);
                }
            }
        }
    }

    private static int Width => ProductTile<float>.Columns;

    private static int Height => ProductTile<float>.Rows;

    /// <summary>Columns of B in whole panels.</summary>
    public static int PaddedColumns(int columns) => RoundUp(columns, Width);

    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;

    /// <summary>C = (A − center)·B on this thread.</summary>
    /// <param name="rows">A, <paramref name="count"/> rows.</param>
    /// <param name="center">What is taken from each row of A first; empty for nothing.</param>
    /// <param name="destination">C, row after row; may be A itself where both are of one size.</param>
    /// <param name="count">Rows of A and C.</param>
    public void Multiply(ReadOnlySpan<float> rows, ReadOnlySpan<float> center, Span<float> destination, int count)
    {
        int needed = (Padded(Math.Min(count, RowBlock)) * _inner) + AlignedMemory.Spare<float>();
        float[]? rented = needed > StackValues ? ArrayPool<float>.Shared.Rent(needed) : null;
        Span<float> buffer = rented is null ? stackalloc float[StackValues] : rented;
        fixed (float* a = rows, mean = center, panels = _panels.Span, c = destination, unaligned = buffer)
        {
            float* packed = AlignedMemory.Align(unaligned);
            for (int row = 0; row < count; row += RowBlock)
            {
                Multiply(new StridedMatrix<float>(a, _inner, 1).From(row, 0), mean, panels, new StridedMatrix<float>(c, _columns, 1).From(row, 0), Math.Min(RowBlock, count - row), packed);
            }
        }

        if (rented is not null)
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    // All terms of the rows are packed before the first result is written: it may be written over them.
    private void Multiply(StridedMatrix<float> a, float* center, float* panels, StridedMatrix<float> c, int rows, float* packed)
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
    public static void PackRight(StridedMatrix<float> b, float* panels, int column, Size size)
    {
        float* panel = panels + ((nint)column * size.Inner);
        int columns = Math.Min(Width, size.Columns - column);
        if (columns < Width)
        {
            new Span<float>(panel, Width * size.Inner).Clear();
        }

        if (b.ColumnStride == 1)
        {
            for (int p = 0; p < size.Inner; p++)
            {
                new ReadOnlySpan<float>(b.First + (p * b.RowStride), columns).CopyTo(new Span<float>(panel + (p * Width), columns));
            }

            return;
        }

        Transpose(b.Transposed, columns, size.Inner, panel, Width);
    }

    /// <summary>Writes or adds the product of up to <see cref="RowBlock"/> rows of A and the panels of a block of B.</summary>
    public static void MultiplyRows(StridedMatrix<float> a, float* panels, StridedMatrix<float> c, Size size, bool accumulate)
    {
        float[] rented = ArrayPool<float>.Shared.Rent((RoundUp(size.Rows, Height) * size.Inner) + AlignedMemory.Spare<float>());
        fixed (float* unaligned = rented)
        {
            StridedMatrix<float> left = PackLeft(a, null, AlignedMemory.Align(unaligned), size);
            MultiplyPacked(left, panels, c, size, accumulate);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private static void MultiplyPacked(StridedMatrix<float> left, float* panels, StridedMatrix<float> c, Size size, bool accumulate)
    {
        for (int column = 0; column < size.Columns; column += Width)
        {
            int columns = Math.Min(Width, size.Columns - column);
            for (int row = 0; row < size.Rows; row += Height)
            {
                StridedMatrix<float> tile = new(left.First + ((nint)row * size.Inner), left.RowStride, left.ColumnStride);
                MultiplyTile(tile, panels + ((nint)column * size.Inner), c.From(row, column), size.Inner, Math.Min(Height, size.Rows - row), columns, accumulate);
            }
        }
    }

    // Tile after tile of rows. Rows that lie in one piece stay so; those of a transposed factor go term after term.
    private static StridedMatrix<float> PackLeft(StridedMatrix<float> a, float* center, float* packed, Size size)
    {
        if (a.ColumnStride == 1)
        {
            for (int row = 0; row < size.Rows; row++)
            {
                ReadOnlySpan<float> from = new(a.First + (row * a.RowStride), size.Inner);
                Span<float> to = new(packed + ((nint)row * size.Inner), size.Inner);
                if (center is null)
                {
                    from.CopyTo(to);
                }
                else
                {
                    TensorPrimitives.Subtract(from, new ReadOnlySpan<float>(center, size.Inner), to);
                }
            }

            new Span<float>(packed + ((nint)size.Rows * size.Inner), (Padded(size.Rows) - size.Rows) * size.Inner).Clear();
            return new(packed, size.Inner, 1);
        }

        int whole = size.Rows / Height * Height;
        new Span<float>(packed + ((nint)whole * size.Inner), (RoundUp(size.Rows, Height) - whole) * size.Inner).Clear();
        for (int row = 0; row < size.Rows; row += Height)
        {
            Transpose(a.From(row, 0), Math.Min(Height, size.Rows - row), size.Inner, packed + ((nint)row * size.Inner), Height);
        }

        return new(packed, 1, Height);
    }

    // Entry (i, p) goes to p · height + i.
    private static void Transpose(StridedMatrix<float> source, int rows, int inner, float* panel, int height)
    {
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

    private static void MultiplyTile(StridedMatrix<float> left, float* panel, StridedMatrix<float> c, int inner, int rows, int columns, bool accumulate)
    {
        if (rows == Height && columns == Width)
        {
            ProductTile<float>.Multiply(left, panel, inner, c.First, c.RowStride, accumulate);
            return;
        }

        if (rows == 1 && columns == Width)
        {
            ProductTile<float>.MultiplyRow(left, panel, inner, c.First, accumulate);
            return;
        }

        float* tile = stackalloc float[ProductTile<float>.Rows512 * ProductTile<float>.Columns512];
        if (rows == 1)
        {
            ProductTile<float>.MultiplyRow(left, panel, inner, tile, accumulate: false);
        }
        else
        {
            ProductTile<float>.Multiply(left, panel, inner, tile, Width, accumulate: false);
        }

        for (int i = 0; i < rows; i++)
        {
            Span<float> to = new(c.First + (i * c.RowStride), columns);
            ReadOnlySpan<float> from = new(tile + (i * Width), columns);
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
