namespace Mlnet.Embeddings.Neighbors;

/// <summary>How rows are prepared to be searched.</summary>
public sealed class NeighborIndexOptions
{
    /// <summary>What to measure. Cosine, which text embeddings are trained for.</summary>
    public VectorMetric Metric { get; set; } = VectorMetric.Cosine;

    /// <summary>
    /// Seed of the shuffle of equally near rows, for each query anew; null leaves them in row order. They are shuffled, because row order makes the first of many equal rows
    /// neighbours of all: hubs that the vectors do not have.
    /// </summary>
    public int? TieSeed { get; set; } = 0;

    /// <summary>
    /// The most rows that <see cref="NeighborIndex.Build"/> searches exactly; with more it builds a graph. 100,000: up to there finding the neighbours of all rows exactly takes no longer than
    /// building a graph and asking it (at 200,000 × 256 it takes a sixth longer), and a single query some milliseconds.
    /// </summary>
    public int ExactUpTo { get; set; } = 100_000;

    /// <summary>
    /// M: links of a node of the graph on each level, twice as many on the lowest. 24, of the 5 to 48 that Malkov and Yashunin name: text embeddings have many effective dimensions, and 16 need
    /// twice the candidates for the same share of true neighbours. A row takes about 8·M bytes beside its vector.
    /// </summary>
    public int M { get; set; } = 24;

    /// <summary>efConstruction: candidates that a new node's links are chosen from. 200, as in hnswlib.</summary>
    public int EfConstruction { get; set; } = 200;

    /// <summary>efSearch: candidates a search holds, at least k + 16 of them. 160, which finds 98 of 100 true neighbours among 200,000 texts and more among fewer.</summary>
    public int EfSearch { get; set; } = 160;

    /// <summary>Seed of the nodes' levels.</summary>
    public int Seed { get; set; }

    /// <summary>The most threads to build with; the graph does not depend on it. By default one a processor.</summary>
    public int? Threads { get; set; }

    internal NeighborIndexOptions Copy() => (NeighborIndexOptions)MemberwiseClone();

    internal void Validate()
    {
        if (!Enum.IsDefined(Metric))
        {
            throw new ArgumentOutOfRangeException(nameof(Metric), Metric, "There is no such metric.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(ExactUpTo);
        ArgumentOutOfRangeException.ThrowIfLessThan(M, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(M, 256);
        ArgumentOutOfRangeException.ThrowIfLessThan(EfConstruction, M);
        ArgumentOutOfRangeException.ThrowIfLessThan(EfSearch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads ?? 1, 1, nameof(Threads));
    }
}
