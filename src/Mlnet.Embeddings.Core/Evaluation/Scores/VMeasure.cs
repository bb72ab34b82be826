namespace Mlnet.Embeddings.Evaluation;

/// <summary>How well clusters match labels (Rosenberg and Hirschberg, 2007); MTEB's main score of clustering is <see cref="Value"/>.</summary>
/// <param name="Homogeneity">1 − H(label | cluster) / H(label), 0..1: whether a cluster holds one label only; 1 when there is one label.</param>
/// <param name="Completeness">1 − H(cluster | label) / H(cluster), 0..1: whether a label lies in one cluster; 1 when there is one cluster.</param>
public readonly record struct VMeasure(double Homogeneity, double Completeness)
{
    /// <summary>V, the harmonic mean of homogeneity and completeness; 0 when both are 0.</summary>
    public double Value => Homogeneity + Completeness == 0 ? 0 : 2 * Homogeneity * Completeness / (Homogeneity + Completeness);

    /// <summary>Compares clusters with labels.</summary>
    /// <param name="labels">The label of each of n ≥ 1 rows; any numbers.</param>
    /// <param name="clusters">The cluster of each row; any numbers.</param>
    /// <exception cref="ArgumentException">The lists are empty or of different lengths.</exception>
    public static VMeasure Compute(IReadOnlyList<int> labels, IReadOnlyList<int> clusters)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(clusters);
        if (labels.Count == 0 || labels.Count != clusters.Count)
        {
            throw new ArgumentException($"There are {labels.Count} labels and {clusters.Count} clusters; give at least one row, and each row one of both.", nameof(clusters));
        }

        SortedDictionary<int, int> label = [];
        SortedDictionary<int, int> cluster = [];
        SortedDictionary<(int, int), int> both = [];
        for (int i = 0; i < labels.Count; i++)
        {
            label[labels[i]] = label.GetValueOrDefault(labels[i]) + 1;
            cluster[clusters[i]] = cluster.GetValueOrDefault(clusters[i]) + 1;
            both[(labels[i], clusters[i])] = both.GetValueOrDefault((labels[i], clusters[i])) + 1;
        }

        return FromCounts(label.Values, cluster.Values, both.Values, labels.Count);
    }

    /// <summary>The same from how many of <paramref name="total"/> rows have each label, each cluster, and each pair of both; zeros may stand among them.</summary>
    internal static VMeasure FromCounts(IEnumerable<int> labels, IEnumerable<int> clusters, IEnumerable<int> both, int total)
    {
        double labelEntropy = Entropy(labels, total);
        double clusterEntropy = Entropy(clusters, total);

        // H(label) − H(label | cluster), the mutual information, is symmetric.
        double shared = labelEntropy + clusterEntropy - Entropy(both, total);
        return new(Share(shared, labelEntropy), Share(shared, clusterEntropy));
    }

    private static double Entropy(IEnumerable<int> counts, int total)
    {
        double entropy = 0;
        foreach (int count in counts)
        {
            double p = (double)count / total;
            entropy -= count > 0 ? p * Math.Log(p) : 0;
        }

        return entropy;
    }

    private static double Share(double shared, double entropy) => entropy == 0 ? 1 : Math.Clamp(shared / entropy, 0, 1);
}
