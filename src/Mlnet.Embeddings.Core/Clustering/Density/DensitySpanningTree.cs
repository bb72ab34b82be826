using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Clustering;

/// <summary>
/// The spanning tree of least mutual reachability (Campello et al. 2013) over lists of nearest rows by Kruskal's way; sets that no list joins are joined by what is nearest outside of them (Borůvka).
/// </summary>
internal sealed class DensitySpanningTree
{
    private readonly NeighborIndex _index;
    private readonly DensityTreeOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly NeighborLists _lists;
    private readonly DisjointSets _sets;

    public DensitySpanningTree(NeighborIndex index, DensityTreeOptions options, CancellationToken cancellationToken)
    {
        (_index, _options, _cancellationToken) = (index, options, cancellationToken);
        int count = (int)Math.Min(index.Count - 1L, Math.Max((long)options.Neighbors, options.MinimumPoints - 1L));
        _lists = index.QueryRows(count, options.Threads, cancellationToken);
        Cores = new float[index.Count];
        for (int row = 0; row < Cores.Length; row++)
        {
            // The row itself is the first of its nearest rows.
            Cores[row] = options.MinimumPoints == 1 ? 0 : _lists.Distances(row)[Math.Min(options.MinimumPoints - 1, count) - 1];
        }

        _sets = new DisjointSets(index.Count);
        Edges = [];
        Kruskal();
        while (_sets.Count > 1)
        {
            Boruvka();
        }

        Edges.Sort();
    }

    /// <summary>The distance of each row to its k-th nearest, itself counted.</summary>
    public float[] Cores { get; }

    /// <summary>n − 1 edges, the shortest first.</summary>
    public List<DensityEdge> Edges { get; }

    private void Kruskal()
    {
        DensityEdge[] edges = new DensityEdge[checked(_lists.Queries * _lists.Count)];
        for (int row = 0; row < _lists.Queries; row++)
        {
            for (int place = 0; place < _lists.Count; place++)
            {
                edges[(row * _lists.Count) + place] = Edge(row, _lists.Indices(row)[place], _lists.Distances(row)[place]);
            }
        }

        Array.Sort(edges);
        AddAll(edges);
    }

    // One round: every set but the largest is joined to what is nearest outside.
    private void Boruvka()
    {
        _cancellationToken.ThrowIfCancellationRequested();
        int[] roots = new int[_index.Count];
        int largest = 0;
        for (int row = 0; row < roots.Length; row++)
        {
            roots[row] = _sets.Find(row);
            largest = _sets.Size(row) > _sets.Size(largest) ? row : largest;
        }

        largest = roots[largest];
        DensityEdge?[] nearest = new DensityEdge?[roots.Length];
        Parallel.For(0, roots.Length, new ParallelOptions { MaxDegreeOfParallelism = _options.Threads, CancellationToken = _cancellationToken }, row => nearest[row] = roots[row] == largest ? null : Outside(row, roots));
        Dictionary<int, DensityEdge> best = [];
        for (int row = 0; row < roots.Length; row++)
        {
            if (nearest[row] is DensityEdge edge && (!best.TryGetValue(roots[row], out DensityEdge known) || edge.CompareTo(known) < 0))
            {
                best[roots[row]] = edge;
            }
        }

        DensityEdge[] found = [.. best.Values];
        Array.Sort(found);
        AddAll(found);
    }

    // The row of another set that is reached first. Lists that hold all rows of the own set hold rows of others too; beyond the best none can be nearer.
    private DensityEdge? Outside(int row, int[] roots)
    {
        int count = (int)Math.Min(_index.Count, (long)_sets.Size(roots[row]) + _options.Neighbors);
        NeighborLists list = _index.Query(_index.Row(row), count);
        DensityEdge? best = null;
        for (int place = 0; place < count && !(best?.Distance <= list.Distances(0)[place]); place++)
        {
            int other = list.Indices(0)[place];
            if (roots[other] != roots[row])
            {
                DensityEdge edge = Edge(row, other, list.Distances(0)[place]);
                best = best is DensityEdge known && known.CompareTo(edge) <= 0 ? best : edge;
            }
        }

        return best;
    }

    private DensityEdge Edge(int row, int other, float distance) => new(Math.Max(distance, Math.Max(Cores[row], Cores[other])), Math.Min(row, other), Math.Max(row, other));

    private void AddAll(DensityEdge[] edges)
    {
        foreach (DensityEdge edge in edges)
        {
            if (_sets.Unite(edge.First, edge.Second))
            {
                Edges.Add(edge);
            }
        }
    }
}
