using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mlnet.Embeddings.Numerics;

/// <summary>
/// A block of rows in double, laid out for <see cref="SymmetricProduct"/>: panels of <see cref="ProductTile{T}.Columns"/> columns, row after row. A panel is left and right factor alike.
/// </summary>
internal sealed unsafe class RowPanels
{
    /// <summary>How many rows fit: those of 384 columns (384 KiB) stay in the second-level cache, two panels in the first.</summary>
    public const int Capacity = 128;

    private readonly Memory<double> _values;
    private readonly double[] _squares = new double[Capacity];

    /// <param name="columns">Columns of a row.</param>
    public RowPanels(int columns)
    {
        Columns = columns;
        Count = (columns + Width - 1) / Width;
        _values = AlignedMemory.Allocate<double>(checked(Count * Capacity * Width));
    }

    /// <summary>Columns of a row.</summary>
    public int Columns { get; }

    /// <summary>Panels; the last one is filled up with zeros.</summary>
    public int Count { get; }

    /// <summary>Rows held.</summary>
    public int Rows { get; private set; }

    public bool IsFull => Rows == Capacity;

    private static int Width => ProductTile<double>.Columns;

    /// <summary>Panel <paramref name="index"/> as a right factor.</summary>
    public ReadOnlySpan<double> Panel(int index) => _values.Span.Slice(index * Capacity * Width, Capacity * Width);

    /// <summary>Puts a row behind the others.</summary>
    public void Add(ReadOnlySpan<double> row)
    {
        int place = Rows++ * Width;
        Span<double> values = _values.Span;
        for (int column = 0; column < Columns; column += Width, place += Capacity * Width)
        {
            row.Slice(column, Math.Min(Width, Columns - column)).CopyTo(values[place..]);
        }
    }

    /// <summary>Puts a row's difference from a point, y, behind the others, with ‖y‖² as its weight.</summary>
    /// <param name="row">The row.</param>
    /// <param name="point">The point.</param>
    /// <param name="square">‖y‖².</param>
    /// <returns>False, and nothing is put, where ‖y‖² is not finite.</returns>
    public bool TryAdd(ReadOnlySpan<float> row, ReadOnlySpan<double> point, out double square)
    {
        square = 0;
        fixed (double* values = _values.Span, p = point)
        {
            fixed (float* x = row)
            {
                double* y = values + ((nint)Rows * Width);
                for (int column = 0; column < Columns; column += Width, y += Capacity * Width)
                {
                    square += Subtract(x + column, p + column, y, Math.Min(Width, Columns - column));
                }
            }
        }

        if (!double.IsFinite(square))
        {
            return false;
        }

        _squares[Rows++] = square;
        return true;
    }

    /// <summary>Adds the rows, and the rows times their weights.</summary>
    public void AddSums(double[] sum, double[] weighted)
    {
        fixed (double* values = _values.Span, squares = _squares, s = sum, w = weighted)
        {
            int column = 0;
            for (; column + Width <= Columns; column += Width)
            {
                AddFullPanel(values + ((nint)column * Capacity), squares, s + column, w + column);
            }

            double* last = values + ((nint)column * Capacity);
            for (int row = 0; row < Rows; row++, last += Width)
            {
                for (int j = 0; column + j < Columns; j++)
                {
                    s[column + j] += last[j];
                    w[column + j] += squares[row] * last[j];
                }
            }
        }
    }

    /// <summary>Forgets the rows.</summary>
    public void Clear() => Rows = 0;

    // Four columns at a time: both sums of all rows stay in registers.
    private void AddFullPanel(double* panel, double* squares, double* sum, double* weighted)
    {
        int rows = Rows;
        for (int j = 0; j < Width; j += 12)
        {
            Vector256<double> s0 = Vector256.Load(sum + j), s1 = Vector256.Load(sum + j + 4), s2 = Vector256.Load(sum + j + 8);
            Vector256<double> w0 = Vector256.Load(weighted + j), w1 = Vector256.Load(weighted + j + 4), w2 = Vector256.Load(weighted + j + 8);
            double* y = panel + j;
            for (int row = 0; row < rows; row++, y += Width)
            {
                Vector256<double> y0 = Vector256.Load(y), y1 = Vector256.Load(y + 4), y2 = Vector256.Load(y + 8), square = Vector256.Create(squares[row]);
                s0 += y0;
                s1 += y1;
                s2 += y2;
                w0 = Vector256.MultiplyAddEstimate(square, y0, w0);
                w1 = Vector256.MultiplyAddEstimate(square, y1, w1);
                w2 = Vector256.MultiplyAddEstimate(square, y2, w2);
            }

            s0.Store(sum + j);
            s1.Store(sum + j + 4);
            s2.Store(sum + j + 8);
            w0.Store(weighted + j);
            w1.Store(weighted + j + 4);
            w2.Store(weighted + j + 8);
        }
    }

    // y = x − point; the sum of its squares.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Subtract(float* x, double* point, double* y, int count)
    {
        double square = 0;
        int j = 0;
        Vector256<double> squares = default;
        for (; j + 4 <= count; j += 4)
        {
            Vector128<float> single = Vector128.Load(x + j);
            Vector256<double> difference = Vector256.Create(Vector128.WidenLower(single), Vector128.WidenUpper(single)) - Vector256.Load(point + j);
            difference.Store(y + j);
            squares = Vector256.MultiplyAddEstimate(difference, difference, squares);
        }

        for (; j < count; j++)
        {
            y[j] = x[j] - point[j];
            square += y[j] * y[j];
        }

        return square + Vector256.Sum(squares);
    }
}
