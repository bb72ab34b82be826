using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>
/// Points with what a <see cref="HubnessReduction"/> has to know about each of them to rescale its distances, taken from the reference rows: queries, candidates or anchors.
/// </summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class ScaledPoints
{
    private readonly EmbeddingMatrix? _vectors;
    private readonly NeighborIndex? _rows;
    private readonly int[]? _rowNumbers;
    private readonly int _width;

    // Points that may be reference rows: their numbers, −1 where they are none.
    internal ScaledPoints(EmbeddingMatrix prepared, int[]? rowNumbers, int width, NeighborLists? lists)
    {
        (_vectors, _rowNumbers, _width, Lists) = (prepared, rowNumbers, width, lists);
        Count = prepared.Rows;
        Scales = new double[checked(Count * width)];
    }

    // The reference rows themselves.
    internal ScaledPoints(NeighborIndex rows, int width, NeighborLists? lists, double[]? scales = null)
    {
        (_rows, _width, Lists) = (rows, width, lists);
        Count = rows.Count;
        Scales = scales ?? new double[checked(Count * width)];
    }

    /// <summary>Number of points.</summary>
    public int Count { get; }

    /// <summary>Values a point that describe its surroundings, point after point.</summary>
    internal double[] Scales { get; }

    /// <summary>The nearest reference rows of each point, where the reduction goes on using them; else null.</summary>
    internal NeighborLists? Lists { get; }

    /// <summary>Whether these are the reference rows.</summary>
    internal bool AreRows => _rows is not null;

    /// <summary>A point's vector as the index compares it.</summary>
    internal ReadOnlySpan<float> Vector(int point) => _rows is null ? _vectors!.Row(point) : _rows.Row(point);

    /// <summary>The values that describe a point's surroundings.</summary>
    internal Span<double> Scale(int point) => Scales.AsSpan(point * _width, _width);

    /// <summary>The number of the reference row that the point is; −1 where it is none.</summary>
    internal int RowNumber(int point) => AreRows ? point : _rowNumbers?[point] ?? -1;
}
