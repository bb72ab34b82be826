using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Clustering;

/// <summary>Options of <see cref="DensityTree"/>.</summary>
public sealed class DensityTreeOptions
{
    /// <summary>Rows that hang together below which they are no cluster of their own. 10: topics of fewer texts are rarely looked for; the number of rows of the smallest topic that matters is better.</summary>
    public int MinimumClusterSize { get; set; } = 10;

    /// <summary>k: a row's density is told by the distance to its k-th nearest row, itself counted. 5: enough to smooth over single near pairs, few enough for small clusters.</summary>
    public int MinimumPoints { get; set; } = 5;

    /// <summary>What is measured, the cosine or the Euclidean distance. Cosine, which text embeddings are trained for.</summary>
    public VectorMetric Metric { get; set; } = VectorMetric.Cosine;

    /// <summary>
    /// Nearest rows of each row that merges are looked for among. 50: merges between rows that are farther down each other's lists are found late, at the distance of the next pair that is listed; with
    /// as many as there are other rows every merge is exact.
    /// </summary>
    public int Neighbors { get; set; } = 50;

    /// <summary>Which clusters make the flat clustering. Excess of mass, as in HDBSCAN.</summary>
    public ClusterSelection Selection { get; set; }

    /// <summary>The most rows that are searched exactly; more are by a graph. Null: where <see cref="NeighborIndexOptions.ExactUpTo"/> begins.</summary>
    public int? ExactUpTo { get; set; }

    /// <summary>The most threads to use; the tree does not depend on it. By default one a processor.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    internal DensityTreeOptions Copy() => (DensityTreeOptions)MemberwiseClone();

    internal NeighborIndexOptions Index()
    {
        // Row order, so that equal rows are merged alike whatever stands around them.
        NeighborIndexOptions index = new() { Metric = Metric, TieSeed = null, Threads = Threads };
        index.ExactUpTo = ExactUpTo ?? index.ExactUpTo;
        return index;
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumClusterSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumPoints, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Neighbors, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ExactUpTo ?? 0, nameof(ExactUpTo));
        if (!Enum.IsDefined(Selection))
        {
            throw new ArgumentOutOfRangeException(nameof(Selection), Selection, "Take ExcessOfMass or Leaves.");
        }

        if (!Enum.IsDefined(Metric) || Metric == VectorMetric.Dot)
        {
            throw new ArgumentOutOfRangeException(nameof(Metric), Metric, "Density is told by the cosine or the Euclidean distance.");
        }
    }
}
