using System.Collections.Concurrent;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// Approximate nearest rows by a hierarchical navigable small world graph (Malkov and Yashunin, 2018): a search goes through a few thousand rows instead of all, and finds nearly all of the
/// nearest. Rows can be added at any time.
/// </summary>
/// <remarks>
/// The same rows and options give the same graph and lists with any number of threads, and rows added in several calls may give another graph than in one. Equal rows are found together.
/// Where so many neighbours are asked for that a search through the graph would not pay, or the graph leads to too few, all rows are compared. Searches may run at once, but none while rows
/// are added.
/// </remarks>
public sealed class HnswNeighbors : NeighborIndex
{
    // A search for k looks at some 16 nodes a candidate, each further away in memory than in a scan.
    private const int ScanShare = 32;

    // Nodes that float32 may have put behind the k-th.
    private const int Spare = 16;

    private readonly HnswGraph _graph;
    private readonly DistinctRows _distinct;
    private readonly NeighborIndexOptions _options;
    private readonly ConcurrentBag<HnswSearch> _searches = [];

    /// <summary>Prepares rows to be searched; a copy is kept.</summary>
    /// <param name="rows">n×d vectors, n ≥ 0.</param>
    /// <param name="options">Metric, and size and seed of the graph.</param>
    /// <param name="cancellationToken">Ends the building.</param>
    /// <exception cref="ArgumentException">A row holds NaN or infinity or cannot be squared.</exception>
    public HnswNeighbors(EmbeddingMatrix rows, NeighborIndexOptions? options = null, CancellationToken cancellationToken = default)
        : base((options ??= new()).Metric, (rows ?? throw new ArgumentNullException(nameof(rows))).Dimensions, options.TieSeed)
    {
        options.Validate();
        _options = options.Copy();
        _graph = new(rows.Dimensions, options.Metric, options.M);
        _distinct = new();
        Add(rows, options.Threads, cancellationToken);
    }

    internal HnswNeighbors(HnswGraph graph, DistinctRows distinct, NeighborIndexOptions options)
        : base(options.Metric, graph.Dimensions, options.TieSeed) => (_graph, _distinct, _options) = (graph, distinct, options);

    /// <inheritdoc/>
    public override int Count => _distinct.Rows;

    internal HnswGraph Graph => _graph;

    internal DistinctRows Distinct => _distinct;

    internal NeighborIndexOptions Options => _options;

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _graph.Vector(_distinct.Node(index));
    }

    /// <summary>Adds rows, which get the next numbers. Only while nothing searches.</summary>
    /// <param name="rows">m×d vectors.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the adding; <see cref="NeighborIndex.Count"/> tells how many rows are in.</param>
    /// <exception cref="ArgumentException">The rows have other dimensions, hold NaN or infinity, or are too many for one index; nothing was added.</exception>
    public void Add(EmbeddingMatrix rows, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Dimensions != Dimensions)
        {
            throw new ArgumentException($"The index has {Dimensions} dimensions; these rows have {rows.Dimensions}.", nameof(rows));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(threads ?? 1, 1, nameof(threads));
        MetricRows.Check(rows, Metric);
        _graph.Reserve(rows.Rows);
        HnswInsertion insertion = new(_graph, _options.EfConstruction, _searches, threads ?? Environment.ProcessorCount);
        float[] prepared = new float[Dimensions];
        for (int first = 0; first < rows.Rows; first += HnswInsertion.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int nodes = _graph.Nodes;
            for (int i = first; i < Math.Min(rows.Rows, first + HnswInsertion.BatchSize); i++)
            {
                MetricRows.Prepare(rows.Row(i), Metric, prepared);
                int node = _distinct.Find(prepared, _graph);
                _distinct.Add(node >= 0 ? node : _graph.Add(prepared, Level(_graph.Nodes)), prepared);
            }

            insertion.LinkFrom(nodes);
        }
    }

    private protected override bool IsZero(int row) => !Row(row).ContainsAnyExcept(0f);

    private protected override void Search(ReadOnlySpan<float> query, TieOrder ties, int excluded, Span<int> indices, Span<float> distances)
    {
        int filled = 0;
        if ((long)indices.Length * ScanShare < _graph.Nodes)
        {
            HnswSearch search = _searches.TryTake(out HnswSearch? spare) ? spare : new(_graph);
            int start = excluded >= 0 ? _distinct.Node(excluded) : search.Descend(query, 0);
            search.Search(query, 0, [start], Math.Max(_options.EfSearch, indices.Length + Spare));
            filled = Collect(query, ties, excluded, search.Found, indices, distances);
            _searches.Add(search);
        }

        if (filled < indices.Length)
        {
            Scan(query, ties, excluded, indices, distances);
        }

        TensorPrimitives.Negate(distances, distances);
    }

    private protected override void SearchAll(EmbeddingMatrix queries, NeighborLists lists, ParallelOptions parallel) =>
        Parallel.For(0, queries.Rows, parallel, q => Search(queries.Row(q), TieOrder.OfVector(TieSeed, queries.Row(q)), excluded: -1, lists.WritableIndices(q), lists.WritableDistances(q)));

    private protected override void SearchRows(NeighborLists lists, ParallelOptions parallel) =>
        Parallel.For(0, Count, parallel, q => Search(Row(q), TieOrder.OfRow(TieSeed, q), excluded: q, lists.WritableIndices(q), lists.WritableDistances(q)));

    // A node stands on level l with probability M⁻ˡ (the paper's m_L = 1/ln M), whatever was added before it.
    private int Level(int node)
    {
        ulong random = VectorHash.Mix(((ulong)(uint)_options.Seed << 32) | (uint)node);
        int level = 0;
        while (random < ulong.MaxValue / (ulong)_options.M)
        {
            random = VectorHash.Mix(random);
            level++;
        }

        return level;
    }

    // The nearest of what was found, by distances in float64, each node with all its rows.
    private int Collect(ReadOnlySpan<float> query, TieOrder ties, int excluded, CandidatePool found, Span<int> indices, Span<float> distances)
    {
        NearestHeap nearest = new(indices, distances, 0, ties);
        int nodes = Math.Min(found.Size, indices.Length + Spare);
        for (int i = 0; i < nodes; i++)
        {
            AddRows(found.Node(i), query, excluded, ref nearest);
        }

        nearest.Sort();
        return nearest.Size;
    }

    private void Scan(ReadOnlySpan<float> query, TieOrder ties, int excluded, Span<int> indices, Span<float> distances)
    {
        NearestHeap nearest = new(indices, distances, 0, ties);
        for (int node = 0; node < _graph.Nodes; node++)
        {
            AddRows(node, query, excluded, ref nearest);
        }

        nearest.Sort();
    }

    private void AddRows(int node, ReadOnlySpan<float> query, int excluded, ref NearestHeap nearest)
    {
        ReadOnlySpan<float> vector = _graph.Vector(node);
        bool isZero = Metric == VectorMetric.Cosine && (!query.ContainsAnyExcept(0f) || !vector.ContainsAnyExcept(0f));
        float distance = (float)MetricRows.Distance(query, vector, isZero, Metric);
        for (int row = _distinct.FirstRow(node); row >= 0; row = _distinct.NextRow(row))
        {
            if (row != excluded)
            {
                nearest.Add(row, -distance);
            }
        }
    }
}
