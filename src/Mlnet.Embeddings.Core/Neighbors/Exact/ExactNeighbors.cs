namespace Mlnet.Embeddings.Neighbors;

/// <summary>The nearest rows, found by comparing with every row: in float32 in blocks first, then in float64 among those that can be among the nearest.</summary>
/// <remarks>The lists are those of sorting all distances computed in float64 and rounded to float32. Immutable.</remarks>
public sealed class ExactNeighbors : NeighborIndex
{
    private readonly EmbeddingMatrix _rows;
    private readonly ExactSearch _search;

    /// <summary>Prepares rows to be searched; a copy is kept.</summary>
    /// <param name="rows">n×d vectors, n ≥ 1.</param>
    /// <param name="metric">What to measure.</param>
    /// <param name="tieSeed">
    /// Seed of the shuffle of equally near rows, for each query anew; null leaves them in row order. They are shuffled unless asked otherwise, because row order makes the first of many
    /// equal rows neighbours of all: hubs that the vectors do not have.
    /// </param>
    /// <exception cref="ArgumentException">There are no rows, or one holds NaN or infinity or cannot be squared.</exception>
    public ExactNeighbors(EmbeddingMatrix rows, VectorMetric metric = VectorMetric.Cosine, int? tieSeed = 0)
        : this(Prepare(rows, metric), metric, tieSeed, prepared: true)
    {
    }

    internal ExactNeighbors(EmbeddingMatrix rows, VectorMetric metric, int? tieSeed, bool prepared)
        : base(metric, rows.Dimensions, tieSeed)
    {
        _rows = rows;
        _search = new(rows, metric);
    }

    /// <inheritdoc/>
    public override int Count => _rows.Rows;

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Row(int index) => _rows.Row(index);

    internal EmbeddingMatrix Rows => _rows;

    private protected override bool IsZero(int row) => _search.IsZero(row);

    private protected override void Search(ReadOnlySpan<float> query, TieOrder ties, int excluded, Span<int> indices, Span<float> distances) =>
        _search.One(query, ties, excluded, indices, distances);

    private protected override void SearchAll(EmbeddingMatrix queries, NeighborLists lists, ParallelOptions parallel) =>
        _search.All(queries, lists, TieSeed, areRows: false, parallel);

    private protected override void SearchRows(NeighborLists lists, ParallelOptions parallel) =>
        _search.All(_rows, lists, TieSeed, areRows: true, parallel);

    private static EmbeddingMatrix Prepare(EmbeddingMatrix rows, VectorMetric metric)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (!Enum.IsDefined(metric))
        {
            throw new ArgumentOutOfRangeException(nameof(metric), metric, "There is no such metric.");
        }

        return rows.Rows > 0 ? MetricRows.Of(rows, metric) : throw new ArgumentException("There are no rows to search; give at least one.", nameof(rows));
    }
}
