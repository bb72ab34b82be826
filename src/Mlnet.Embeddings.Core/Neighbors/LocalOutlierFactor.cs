namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// How much sparser it is around a row than around its neighbours (Breunig et al. 2000): about 1 inside a cluster, more outside. The mean over the k neighbours y of x of lrd(y)/lrd(x), where
/// lrd(x) is 1 over the mean of max(δ(x,y), distance of y to its k-th neighbour).
/// </summary>
public static class LocalOutlierFactor
{
    /// <summary>The factor above which a row usually counts as an outlier, 1.5, as in the paper's discussion and scikit-learn.</summary>
    public const double UsualThreshold = 1.5;

    /// <summary>With fewer rows there are no neighbours whose surroundings could be compared.</summary>
    internal const int LeastRows = 3;

    // Keeps densities finite where rows are equal, as scikit-learn's 1e-10.
    private const double LeastReach = 1e-10;

    /// <summary>The factor of each row of an index.</summary>
    /// <param name="index">At least 3 rows.</param>
    /// <param name="neighbors">k; where there are fewer other rows, all of them. 20, as scikit-learn.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentException">There are fewer than 3 rows, or the metric is the dot product, which is no distance.</exception>
    public static double[] Of(NeighborIndex index, int neighbors = 20, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        if (index.Count < LeastRows || index.Metric == VectorMetric.Dot)
        {
            throw new ArgumentException($"Outliers are told among {LeastRows} rows at least, by the cosine or the Euclidean distance; there are {index.Count}, by {index.Metric}.", nameof(index));
        }

        NeighborLists lists = index.QueryRows(Math.Min(neighbors, index.Count - 1), threads, cancellationToken);
        double[] densities = new double[lists.Queries];
        for (int row = 0; row < densities.Length; row++)
        {
            double reach = 0;
            for (int place = 0; place < lists.Count; place++)
            {
                reach += Math.Max(lists.Distances(row)[place], lists.Distances(lists.Indices(row)[place])[^1]);
            }

            densities[row] = 1 / ((reach / lists.Count) + LeastReach);
        }

        double[] factors = new double[lists.Queries];
        for (int row = 0; row < factors.Length; row++)
        {
            double sum = 0;
            foreach (int neighbor in lists.Indices(row))
            {
                sum += densities[neighbor];
            }

            factors[row] = sum / lists.Count / densities[row];
        }

        return factors;
    }
}
