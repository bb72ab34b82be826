using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Clustering;

/// <summary>
/// Nested clusters by density (nested density trees of text embeddings, Haschka and Bakarji 2025; the hierarchy of all DBSCAN* clusterings, Campello et al. 2013): rows within a distance ε of each
/// other where it is dense hang together; as ε grows, dense clusters merge into wider ones, up to a root that holds all rows.
/// </summary>
/// <remarks>
/// <para>
/// Two rows hang together from ε = max(core(a), core(b), δ(a,b)) on, core being the distance to the k-th nearest row. Sets of at least m rows are clusters. Every level of DBSCAN* with k points is a cut
/// through the tree, its sets of fewer than m rows left out; all levels are looked at, where the paper takes steps of ε.
/// </para>
/// <para>Immutable; safe to share between threads. What a vector gets does not depend on what else is asked with it.</para>
/// </remarks>
public sealed partial class DensityTree
{
    private readonly NeighborIndex _index;
    private readonly float[] _cores;
    private readonly double[] _leaves;
    private readonly int[] _owners;
    private readonly int[] _flat;
    private readonly ExactNeighbors[] _members;

    private DensityTree(NeighborIndex index, DensityCluster[] clusters, int[] owners, float[] cores, double[] leaves, int minimumPoints)
    {
        (_index, Clusters, _owners, _cores, _leaves, MinimumPoints) = (index, clusters, owners, cores, leaves, minimumPoints);
        int[] flatOf = new int[clusters.Length];
        for (int cluster = 0; cluster < clusters.Length; cluster++)
        {
            flatOf[cluster] = clusters[cluster].Label >= 0 || cluster == 0 ? clusters[cluster].Label : flatOf[clusters[cluster].Parent];
        }

        _flat = [.. owners.Select(owner => flatOf[owner])];
        FlatClusters = [.. clusters.Where(cluster => cluster.Label >= 0)];
        _members = [.. FlatClusters.Select(cluster => Members(cluster.Label))];
    }

    /// <summary>Rows that were fitted on, n.</summary>
    public int Count => _index.Count;

    /// <summary>Values a vector, d.</summary>
    public int Dimensions => _index.Dimensions;

    /// <summary>k, whose nearest row tells a row's density.</summary>
    public int MinimumPoints { get; }

    /// <summary>All clusters, the root first, each before those inside it.</summary>
    public IReadOnlyList<DensityCluster> Clusters { get; }

    /// <summary>The clusters of the flat clustering, in the order of their labels.</summary>
    public IReadOnlyList<DensityCluster> FlatClusters { get; }

    /// <summary>The number among <see cref="Clusters"/> of each fitted row's innermost cluster; 0, the root, for rows that lie in none.</summary>
    public ReadOnlySpan<int> Owners => _owners;

    /// <summary>The flat cluster of each fitted row; −1 for rows that lie in none: noise.</summary>
    public ReadOnlySpan<int> Labels => _flat;

    /// <summary>The distance below which each fitted row is in no cluster.</summary>
    internal ReadOnlySpan<double> Leaves => _leaves;

    /// <summary>Merges rows by density.</summary>
    /// <param name="rows">n×d vectors, at least as many as <see cref="DensityTreeOptions.MinimumClusterSize"/>; a copy is kept.</param>
    /// <param name="options">Sizes, metric and what is chosen; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    /// <exception cref="ArgumentException">There are too few rows, or one holds NaN or infinity.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static DensityTree Fit(EmbeddingMatrix rows, DensityTreeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new();
        options.Validate();
        if (rows.Rows < options.MinimumClusterSize)
        {
            throw new ArgumentException($"There are {rows.Rows} rows, and a cluster takes {options.MinimumClusterSize}. Add rows, or ask for smaller clusters.", nameof(rows));
        }

        NeighborIndex index = NeighborIndex.Build(rows, options.Index(), cancellationToken);
        DensitySpanningTree spanning = new(index, options, cancellationToken);
        DensityMerging merging = new(index.Count, spanning.Edges, options.MinimumClusterSize);
        (DensityCluster[] clusters, int[] owners) = DensitySelection.Order(merging, options.Selection);
        return new(index, clusters, owners, spanning.Cores, merging.Leaves, options.MinimumPoints);
    }

    /// <summary>The innermost cluster that a vector lies in: that of the fitted row from which it is reached first, as far as it is dense enough there.</summary>
    /// <param name="vector">d values; a fitted row gets its own cluster.</param>
    /// <returns>A number among <see cref="Clusters"/>; 0, the root, where it lies in none.</returns>
    /// <exception cref="ArgumentException">The vector has another length than d, or is not finite.</exception>
    public int Locate(ReadOnlySpan<float> vector)
    {
        // Rows beyond the second k could only be reached first where they are much denser; as in hdbscan's approximate prediction.
        NeighborLists near = _index.Query(vector, (int)Math.Min(Count, 2L * MinimumPoints));
        double core = MinimumPoints == 1 ? 0 : near.Distances(0)[Math.Min(MinimumPoints, near.Count) - 1];
        (double reach, int nearest) = (double.PositiveInfinity, 0);
        for (int place = 0; place < near.Count; place++)
        {
            int row = near.Indices(0)[place];
            double found = Math.Max(Math.Max(core, _cores[row]), near.Distances(0)[place]);
            (reach, nearest) = found < reach ? (found, row) : (reach, nearest);
        }

        int cluster = _owners[nearest];
        while (cluster > 0 && Clusters[cluster].Birth <= reach)
        {
            cluster = Clusters[cluster].Parent;
        }

        return cluster;
    }

    /// <summary>How far vectors are from the flat clusters: from the nearest fitted row of each.</summary>
    /// <param name="rows">m×d vectors.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>m×K distances.</returns>
    /// <exception cref="ArgumentException">The rows have other dimensions, or one is not finite.</exception>
    public EmbeddingMatrix Distances(EmbeddingMatrix rows, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        EmbeddingMatrix distances = new(rows.Rows, _members.Length);
        for (int cluster = 0; cluster < _members.Length; cluster++)
        {
            NeighborLists nearest = _members[cluster].Query(rows, 1, threads, cancellationToken);
            for (int row = 0; row < rows.Rows; row++)
            {
                distances.Row(row)[cluster] = nearest.Distances(row)[0];
            }
        }

        return distances;
    }

    /// <summary>The nearest flat cluster of each row; of equally near ones the first. Fitted noise gets one here too.</summary>
    /// <inheritdoc cref="Distances" path="/param"/>
    /// <exception cref="ArgumentException">The rows have other dimensions, or one is not finite.</exception>
    public int[] Assign(EmbeddingMatrix rows, int? threads = null, CancellationToken cancellationToken = default)
    {
        EmbeddingMatrix distances = Distances(rows, threads, cancellationToken);
        int[] labels = new int[distances.Rows];
        for (int row = 0; row < labels.Length; row++)
        {
            labels[row] = System.Numerics.Tensors.TensorPrimitives.IndexOfMin<float>(distances.Row(row));
        }

        return labels;
    }

    private ExactNeighbors Members(int label)
    {
        int[] rows = [.. Enumerable.Range(0, _flat.Length).Where(row => _flat[row] == label)];
        EmbeddingMatrix members = new(rows.Length, Dimensions);
        for (int i = 0; i < rows.Length; i++)
        {
            _index.Row(rows[i]).CopyTo(members.Row(i));
        }

        return new(members, _index.Metric, _index.TieSeed);
    }
}
