namespace Mlnet.Embeddings.Neighbors;

/// <summary>The k nearest rows of each of n queries, nearest first.</summary>
public sealed class NeighborLists
{
    private readonly int[] _indices;
    private readonly float[] _similarities;

    internal NeighborLists(int queries, int count)
    {
        Queries = queries;
        Count = count;
        _indices = new int[queries * count];
        _similarities = new float[queries * count];
    }

    /// <summary>Number of queries, n.</summary>
    public int Queries { get; }

    /// <summary>Neighbours of each query, k.</summary>
    public int Count { get; }

    /// <summary>The row numbers of a query's neighbours (length k).</summary>
    public ReadOnlySpan<int> Indices(int query) => WritableIndices(query);

    /// <summary>The cosines of a query with its neighbours (length k), falling.</summary>
    public ReadOnlySpan<float> Similarities(int query) => WritableSimilarities(query);

    internal Span<int> WritableIndices(int query)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)query, (uint)Queries, nameof(query));
        return _indices.AsSpan(query * Count, Count);
    }

    internal Span<float> WritableSimilarities(int query)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)query, (uint)Queries, nameof(query));
        return _similarities.AsSpan(query * Count, Count);
    }
}
