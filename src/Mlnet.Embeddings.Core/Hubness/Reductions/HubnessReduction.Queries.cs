using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

// What is asked of a fitted reduction.
public abstract partial class HubnessReduction
{
    /// <summary>The <paramref name="count"/> rows nearest to each query by secondary distance.</summary>
    /// <param name="queries">m×d vectors; they are taken as no reference rows, even where they equal one.</param>
    /// <param name="count">1..n.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentException">The queries have other dimensions than the rows, or hold NaN or infinity.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows than <paramref name="count"/>.</exception>
    public NeighborLists Query(EmbeddingMatrix queries, int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        CheckFresh();
        int wanted = Math.Max(count, Math.Min(Index.Count, Math.Max(Candidates, NeighborsForScale)));
        return Query(queries, Index.Query(queries, wanted, threads, cancellationToken), count, threads, cancellationToken);
    }

    /// <summary>Ranks neighbours of queries anew that were found before.</summary>
    /// <param name="queries">m×d vectors; they are taken as no reference rows, even where they equal one.</param>
    /// <param name="neighbors">What <see cref="NeighborIndex.Query(EmbeddingMatrix, int, int?, CancellationToken)"/> found for them: their candidates, at least as many as a scale is taken from.</param>
    /// <param name="count">1 to as many as there are candidates.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the ranking.</param>
    /// <exception cref="ArgumentException">The lists are not those of the queries, or too short; the message tells.</exception>
    public NeighborLists Query(EmbeddingMatrix queries, NeighborLists neighbors, int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(neighbors);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        CheckFresh();
        int needed = Math.Max(count, Math.Min(Index.Count, NeighborsForScale));
        if (neighbors.Queries != queries.Rows || neighbors.Count < needed)
        {
            throw new ArgumentException($"There are lists of {neighbors.Count} neighbours of {neighbors.Queries} queries; needed are {needed} of {queries.Rows}. Give what Query of the index found.", nameof(neighbors));
        }

        ParallelOptions parallel = Parallelism(threads, cancellationToken);
        return SecondaryRanking.Of(this, ScaleOf(queries, rowNumbers: null, neighbors, parallel), neighbors, count, parallel);
    }

    /// <summary>The <paramref name="count"/> rows nearest to a vector by secondary distance.</summary>
    /// <inheritdoc cref="Query(EmbeddingMatrix, int, int?, CancellationToken)"/>
    public NeighborLists Query(ReadOnlySpan<float> vector, int count) =>
        vector.Length == Index.Dimensions
            ? Query(new EmbeddingMatrix(vector.ToArray(), 1, vector.Length), count, threads: 1)
            : throw new ArgumentException($"The rows have {Index.Dimensions} dimensions; the vector has {vector.Length}.", nameof(vector));

    /// <summary>The <paramref name="count"/> rows nearest to each reference row by secondary distance, itself left out.</summary>
    /// <param name="count">1..n−1.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer other rows than <paramref name="count"/>.</exception>
    public NeighborLists QueryRows(int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int wanted = Math.Max(count, Math.Min(Index.Count - 1, Candidates));
        return QueryRows(Rows.Lists is { } known && known.Count >= wanted ? known : Index.QueryRows(wanted, threads, cancellationToken), count, threads, cancellationToken);
    }

    /// <summary>Ranks neighbours of the reference rows anew that were found before.</summary>
    /// <param name="neighbors">What <see cref="NeighborIndex.QueryRows"/> found: the candidates of each row.</param>
    /// <param name="count">1 to as many as there are candidates.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the ranking.</param>
    /// <exception cref="ArgumentException">The lists are not those of the reference rows.</exception>
    public NeighborLists QueryRows(NeighborLists neighbors, int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(neighbors);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        CheckRowLists(neighbors, count);
        return SecondaryRanking.Of(this, Rows, neighbors, count, Parallelism(threads, cancellationToken));
    }

    /// <summary>Measures what is around points, so that distances between them, or to reference rows, can be rescaled.</summary>
    /// <param name="points">m×d vectors.</param>
    /// <param name="amongRows">
    /// Whether they are reference rows that come as vectors, such as the candidates of a ranking over a corpus that was fitted on: each is looked up and left out of its own neighbours then, so
    /// that its scale is that of the row. A point that equals no row is taken as none.
    /// </param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentException">The points have other dimensions than the rows, or hold NaN or infinity.</exception>
    public ScaledPoints Scale(EmbeddingMatrix points, bool amongRows = false, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        CheckFresh();
        ParallelOptions parallel = Parallelism(threads, cancellationToken);
        int wanted = Math.Min(Index.Count, NeighborsForScale + (amongRows ? 1 : 0));
        if (!amongRows)
        {
            return ScaleOf(points, rowNumbers: null, wanted == 0 ? null : Index.Query(points, wanted, threads, cancellationToken), parallel);
        }

        (NeighborLists? others, int[] rowNumbers) = RowLookup.Of(Index.Query(points, Math.Max(1, wanted), threads, cancellationToken));
        return ScaleOf(points, rowNumbers, others, parallel);
    }

    /// <summary>The secondary distances of a point to others.</summary>
    /// <param name="queries">Points that <see cref="Scale"/> measured, or <see cref="Rows"/>.</param>
    /// <param name="query">The point's number.</param>
    /// <param name="targets">The other points, measured likewise.</param>
    /// <param name="destination">Where as many distances go as there are targets.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void Distances(ScaledPoints queries, int query, ScaledPoints targets, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (destination.Length != targets.Count)
        {
            throw new ArgumentException($"There are {targets.Count} targets; the destination has room for {destination.Length} distances.", nameof(destination));
        }

        Distances(queries, query, targets, 0, destination);
    }

    /// <summary>The secondary distance of two points.</summary>
    /// <param name="queries">Points that <see cref="Scale"/> measured, or <see cref="Rows"/>.</param>
    /// <param name="query">The first point's number.</param>
    /// <param name="targets">Points that were measured likewise.</param>
    /// <param name="target">The second point's number.</param>
    public double Distance(ScaledPoints queries, int query, ScaledPoints targets, int target)
    {
        double result = 0;
        Distances(queries, query, targets, target, new Span<double>(ref result));
        return result;
    }

    /// <summary>A secondary distance as a similarity: 1 − distance where distances lie between 0 and 1, else −distance.</summary>
    public double Similarity(double distance) => IsBounded ? 1 - distance : -distance;

    private ScaledPoints ScaleOf(EmbeddingMatrix points, int[]? rowNumbers, NeighborLists? lists, ParallelOptions parallel)
    {
        ScaledPoints scaled = new(MetricRows.Of(points, Index.Metric), rowNumbers, Width, KeepsLists ? lists : null);
        WriteScales(scaled, lists, parallel);
        return scaled;
    }

    private void Distances(ScaledPoints queries, int query, ScaledPoints targets, int first, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)query, (uint)queries.Count, nameof(query));
        ReadOnlySpan<float> vector = queries.Vector(query);
        bool isZero = !vector.ContainsAnyExcept(0f);
        for (int i = 0; i < destination.Length; i++)
        {
            int target = first + i;
            ReadOnlySpan<float> other = targets.Vector(target);
            float distance = (float)MetricRows.Distance(vector, other, isZero || !other.ContainsAnyExcept(0f), Index.Metric);
            Rescale(queries, query, targets, new ReadOnlySpan<int>(in target), new ReadOnlySpan<float>(in distance), destination.Slice(i, 1));
        }
    }

    private static ParallelOptions Parallelism(int? threads, CancellationToken cancellationToken)
    {
        int most = threads ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(threads));
        return new() { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken };
    }
}
