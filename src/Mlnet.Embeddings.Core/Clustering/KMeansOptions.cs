using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Clustering;

/// <summary>Options of <see cref="KMeans"/>.</summary>
public sealed class KMeansOptions
{
    /// <summary>Number of clusters, k. 8, as scikit-learn; usually set.</summary>
    public int Clusters { get; init; } = 8;

    /// <summary>The distance. Cosine, because the length of an embedding says little.</summary>
    public VectorDistance Distance { get; init; } = VectorDistance.Cosine;

    /// <summary>Seed of the draws that choose the first centroids.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>The most rounds of assigning and averaging. 300, as scikit-learn; usually a few dozen are enough.</summary>
    public int MaxIterations { get; init; } = 300;

    /// <summary>Runs from different first centroids, of which the best is kept. 1, because the seeding is careful; more smooths out luck.</summary>
    public int Runs { get; init; } = 1;

    /// <summary>
    /// Rows drawn for each update (mini-batch k-means; Sculley, 2010); null for rounds over all rows. Null, because the clusters are better; some hundreds are many times
    /// faster where rows are many, and are what MTEB scores with.
    /// </summary>
    public int? BatchSize { get; init; }

    /// <summary>The most threads to use; the clusters do not depend on it. By default one a processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Clusters, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Seed);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxIterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Runs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize ?? 1, 1, nameof(BatchSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        if (!Enum.IsDefined(Distance))
        {
            throw new ArgumentOutOfRangeException(nameof(Distance), Distance, "There is no such distance; take Cosine or Euclidean.");
        }
    }
}
