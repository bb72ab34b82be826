namespace Mlnet.Embeddings.Numerics;

/// <summary>
/// A running sum AᵀA in double of rows that come block by block: a symmetric update of rank k for each block of k rows (Goto and van de Geijn, 2008).
/// </summary>
/// <remarks>
/// Only blocks on and above the diagonal are computed. Two equal columns give equal entries to the last bit, so exact duplicates stay exactly dependent. Not thread-safe;
/// each thread sums its own rows.
/// </remarks>
internal sealed unsafe class SymmetricProduct
{
    private readonly int _panels;
    private readonly Memory<double> _blocks;

    /// <param name="columns">Columns of A.</param>
    public SymmetricProduct(int columns)
    {
        Columns = columns;
        _panels = (columns + Width - 1) / Width;
        _blocks = AlignedMemory.Allocate<double>(checked(_panels * (_panels + 1) / 2 * Width * Width));
    }

    /// <summary>Columns of A.</summary>
    public int Columns { get; }

    private static int Width => ProductTile<double>.Columns;

    /// <summary>Adds the outer products of a block of rows.</summary>
    public void Add(RowPanels rows)
    {
        fixed (double* panels = rows.Panel(0), blocks = _blocks.Span)
        {
            double* block = blocks;
            for (int right = 0; right < _panels; right++)
            {
                for (int left = 0; left <= right; left++, block += Width * Width)
                {
                    AddBlock(panels + ((nint)left * RowPanels.Capacity * Width), panels + ((nint)right * RowPanels.Capacity * Width), rows.Rows, block);
                }
            }
        }
    }

    /// <summary>Writes the sum as a full d×d matrix.</summary>
    public void CopyTo(Span<double> destination)
    {
        for (int right = 0, block = 0; right < _panels; right++)
        {
            for (int left = 0; left <= right; left++, block++)
            {
                CopyBlock(_blocks.Span.Slice(block * Width * Width, Width * Width), left * Width, right * Width, destination);
            }
        }
    }

    /// <summary>Begins anew at zero.</summary>
    public void Clear() => _blocks.Span.Clear();

    private static void AddBlock(double* left, double* right, int terms, double* block)
    {
        for (int row = 0; row < Width; row += ProductTile<double>.Rows)
        {
            ProductTile<double>.Multiply(new(left + row, 1, Width), right, terms, block + (row * Width), Width, accumulate: true);
        }
    }

    private void CopyBlock(ReadOnlySpan<double> block, int firstRow, int firstColumn, Span<double> destination)
    {
        int rows = Math.Min(Width, Columns - firstRow);
        int columns = Math.Min(Width, Columns - firstColumn);
        for (int i = 0; i < rows; i++)
        {
            // Of a diagonal block both halves are there; one is taken, so that the result is symmetric to the bit.
            int row = firstRow + i;
            for (int j = Math.Max(0, row - firstColumn); j < columns; j++)
            {
                int column = firstColumn + j;
                destination[(row * Columns) + column] = destination[(column * Columns) + row] = block[(i * Width) + j];
            }
        }
    }
}
