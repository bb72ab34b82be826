namespace Mlnet.Embeddings.Clustering;

/// <summary>
/// Merges rows from the densest on. Sets of enough rows are clusters: where two or more of them merge, a new cluster holds them; where rows or small sets merge with one, they join it. Merges at one
/// distance happen at once, so that the tree does not depend on the order of equal ones.
/// </summary>
internal sealed class DensityMerging
{
    private const int None = -1;

    private readonly int _minimum;
    private readonly DisjointSets _sets;
    private readonly int[] _clusterOf;
    private readonly Dictionary<int, List<int>> _small = [];

    public DensityMerging(int rows, List<DensityEdge> edges, int minimumClusterSize)
    {
        _minimum = minimumClusterSize;
        _sets = new DisjointSets(rows);
        _clusterOf = new int[rows];
        Array.Fill(_clusterOf, None);
        Owners = new int[rows];
        Leaves = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            _small[row] = [row];
        }

        for (int start = 0, end; start < edges.Count; start = end)
        {
            for (end = start; end < edges.Count && edges[end].Distance == edges[start].Distance; end++)
            {
            }

            MergeAt(edges[start].Distance, edges[start..end]);
        }
    }

    /// <summary>The clusters, those inside before those around them; the last is the root.</summary>
    public List<Found> Clusters { get; } = [];

    /// <summary>The innermost cluster of each row.</summary>
    public int[] Owners { get; }

    /// <summary>The distance below which a row is in none but what is too small for a cluster.</summary>
    public double[] Leaves { get; }

    private void MergeAt(double distance, List<DensityEdge> edges)
    {
        // What stands for the sets before the merges, by what stands for them after.
        int[] before = [.. edges.SelectMany(edge => (int[])[_sets.Find(edge.First), _sets.Find(edge.Second)]).Distinct()];
        edges.ForEach(edge => _sets.Unite(edge.First, edge.Second));
        foreach (IGrouping<int, int> merged in before.GroupBy(_sets.Find))
        {
            int[] clusters = [.. merged.Where(root => _clusterOf[root] != None).Select(root => _clusterOf[root])];
            List<int> rows = [];
            foreach (int root in merged)
            {
                if (_small.Remove(root, out List<int>? few))
                {
                    rows = few.Count > rows.Count ? Joined(few, rows) : Joined(rows, few);
                }
            }

            int size = _sets.Size(merged.Key);
            if (size < _minimum)
            {
                _small[merged.Key] = rows;
                continue;
            }

            int cluster = clusters.Length == 1 ? clusters[0] : Born(distance, clusters);
            Clusters[cluster].Size = size;
            _clusterOf[merged.Key] = cluster;
            foreach (int row in rows)
            {
                (Owners[row], Leaves[row]) = (cluster, distance);
            }
        }
    }

    private int Born(double distance, int[] inside)
    {
        int number = Clusters.Count;
        Clusters.Add(new() { Split = distance });
        foreach (int child in inside)
        {
            (Clusters[child].Parent, Clusters[child].Birth) = (number, distance);
        }

        return number;
    }

    private static List<int> Joined(List<int> many, List<int> few)
    {
        many.AddRange(few);
        return many;
    }

    /// <summary>A cluster while it grows.</summary>
    public sealed class Found
    {
        public int Parent { get; set; } = None;

        public int Size { get; set; }

        public double Birth { get; set; } = double.PositiveInfinity;

        public double Split { get; init; }
    }
}
