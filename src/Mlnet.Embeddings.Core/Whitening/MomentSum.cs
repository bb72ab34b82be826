using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Whitening;

/// <summary>Sums of powers of rows around a fixed point near their mean, in double, as one thread collects them.</summary>
internal sealed class MomentSum
{
    private readonly double[] _point;

    // Rows that are in the count and the fourth powers, but in no other sum yet.
    private readonly RowPanels _pending;

    /// <param name="point">The fixed point; sums around a point near the mean lose no digits when they are moved to it.</param>
    public MomentSum(ReadOnlySpan<double> point)
    {
        _point = point.ToArray();
        Sum = new double[point.Length];
        Cubic = new double[point.Length];
        Product = new SymmetricProduct(point.Length);
        _pending = new RowPanels(point.Length);
    }

    /// <summary>The fixed point p.</summary>
    public ReadOnlySpan<double> Point => _point;

    /// <summary>Rows added.</summary>
    public long Count { get; private set; }

    /// <summary>Σ y with y = x − p, of the rows that have been flushed, as are the next two.</summary>
    public double[] Sum { get; }

    /// <summary>Σ ‖y‖² y.</summary>
    public double[] Cubic { get; }

    /// <summary>Σ y yᵀ.</summary>
    public SymmetricProduct Product { get; }

    /// <summary>Σ ‖y‖⁴.</summary>
    public double Quartic { get; private set; }

    /// <summary>Adds a row; false, and nothing is added, where it holds NaN or infinity.</summary>
    public bool Add(ReadOnlySpan<float> row)
    {
        if (!_pending.TryAdd(row, _point, out double square))
        {
            return false;
        }

        Quartic += square * square;
        Count++;
        if (_pending.IsFull)
        {
            Flush();
        }

        return true;
    }

    /// <summary>Brings the rows that wait for a block to fill into all sums.</summary>
    public void Flush()
    {
        _pending.AddSums(Sum, Cubic);
        Product.Add(_pending);
        _pending.Clear();
    }

    /// <summary>Begins anew around another point.</summary>
    public void Restart(ReadOnlySpan<double> point)
    {
        point.CopyTo(_point);
        Count = 0;
        Quartic = 0;
        Sum.AsSpan().Clear();
        Cubic.AsSpan().Clear();
        Product.Clear();
        _pending.Clear();
    }
}
