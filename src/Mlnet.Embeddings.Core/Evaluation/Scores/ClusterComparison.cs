namespace Mlnet.Embeddings.Evaluation;

/// <summary>The clusters found for a sample of rows beside their labels, from which V for any resample of the rows follows in linear time.</summary>
internal sealed class ClusterComparison
{
    private readonly int[] _rows;

    // Which of the pairs (label, cluster) that occur each member of the sample has.
    private readonly int[] _pairs;
    private readonly List<(int Label, int Cluster)> _kinds = [];
    private readonly int _classes;

    /// <param name="rows">The row number of each member of the sample.</param>
    /// <param name="labels">Its label, 0..<paramref name="classes"/>−1.</param>
    /// <param name="clusters">Its cluster, 0..<paramref name="classes"/>−1.</param>
    /// <param name="classes">How many labels, and clusters, there are.</param>
    public ClusterComparison(int[] rows, int[] labels, IReadOnlyList<int> clusters, int classes)
    {
        _rows = rows;
        _classes = classes;
        _pairs = new int[rows.Length];
        Dictionary<(int, int), int> numbers = [];
        for (int i = 0; i < rows.Length; i++)
        {
            (int, int) kind = (labels[i], clusters[i]);
            if (!numbers.TryGetValue(kind, out _pairs[i]))
            {
                _pairs[i] = numbers.Count;
                numbers.Add(kind, _pairs[i]);
                _kinds.Add(kind);
            }
        }
    }

    /// <summary>V when row r occurs <c>counts[r]</c> times as often.</summary>
    public VMeasure Compare(int[] counts)
    {
        int[] pairs = new int[_kinds.Count];
        for (int i = 0; i < _pairs.Length; i++)
        {
            pairs[_pairs[i]] += counts[_rows[i]];
        }

        int[] labels = new int[_classes];
        int[] clusters = new int[_classes];
        int total = 0;
        for (int p = 0; p < pairs.Length; p++)
        {
            labels[_kinds[p].Label] += pairs[p];
            clusters[_kinds[p].Cluster] += pairs[p];
            total += pairs[p];
        }

        return total == 0 ? new(1, 1) : VMeasure.FromCounts(labels, clusters, pairs, total);
    }
}
