namespace Mlnet.Embeddings.Neighbors;

/// <summary>The k nearest rows of each of n queries with their distances, nearest first.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class NeighborLists
{
    private readonly int[] _indices;
    private readonly float[] _distances;

    /// <summary>Lists that were found or rescaled elsewhere; the values are copied.</summary>
    /// <param name="count">Neighbours of each query, k ≥ 1.</param>
    /// <param name="indices">n×k row numbers, query after query, nearest first.</param>
    /// <param name="distances">n×k distances that belong to them, rising within a query; they may be negative or infinite.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is not at least 1.</exception>
    /// <exception cref="ArgumentException">The lengths differ or are no multiple of k, a row number is negative, or a query's distances fall or hold NaN; the message tells which.</exception>
    public NeighborLists(int count, ReadOnlySpan<int> indices, ReadOnlySpan<float> distances)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (indices.Length != distances.Length || indices.Length % count != 0)
        {
            throw new ArgumentException($"Lists of {count} neighbours need as many row numbers as distances, a multiple of {count}; there are {indices.Length} and {distances.Length}.", nameof(distances));
        }

        for (int i = 0; i < indices.Length; i++)
        {
            int query = i / count;
            if (indices[i] < 0)
            {
                throw new ArgumentException($"Neighbour {i % count} of query {query} is row {indices[i]}; row numbers begin at 0.", nameof(indices));
            }

            if (float.IsNaN(distances[i]) || (i % count > 0 && distances[i] < distances[i - 1]))
            {
                throw new ArgumentException($"The distance to neighbour {i % count} of query {query} is {distances[i]}; distances are numbers that rise within a query. Sort each list.", nameof(distances));
            }
        }

        Queries = indices.Length / count;
        Count = count;
        _indices = indices.ToArray();
        _distances = distances.ToArray();
    }

    internal NeighborLists(int queries, int count)
    {
        Queries = queries;
        Count = count;
        _indices = new int[checked(queries * count)];
        _distances = new float[queries * count];
    }

    /// <summary>Number of queries, n.</summary>
    public int Queries { get; }

    /// <summary>Neighbours of each query, k.</summary>
    public int Count { get; }

    /// <summary>The row numbers of a query's neighbours (length k), nearest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public ReadOnlySpan<int> Indices(int query) => WritableIndices(query);

    /// <summary>The distances of a query to its neighbours (length k), rising.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such query.</exception>
    public ReadOnlySpan<float> Distances(int query) => WritableDistances(query);

    /// <summary>The nearest of each list alone.</summary>
    /// <param name="count">Neighbours to keep, 1..<see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lists are shorter.</exception>
    public NeighborLists First(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        NeighborLists first = new(Queries, count);
        for (int query = 0; query < Queries; query++)
        {
            Indices(query)[..count].CopyTo(first.WritableIndices(query));
            Distances(query)[..count].CopyTo(first.WritableDistances(query));
        }

        return first;
    }

    internal Span<int> WritableIndices(int query)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)query, (uint)Queries, nameof(query));
        return _indices.AsSpan(query * Count, Count);
    }

    internal Span<float> WritableDistances(int query)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)query, (uint)Queries, nameof(query));
        return _distances.AsSpan(query * Count, Count);
    }
}
