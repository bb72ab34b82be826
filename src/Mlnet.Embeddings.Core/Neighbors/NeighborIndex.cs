using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Rows prepared so that the nearest of them to any vector can be found.</summary>
/// <remarks>
/// A query's neighbours and distances are the same bits alone and in a batch, with any number of threads. Distances are computed in float64 and rounded to float32 once: they agree with a
/// float64 reference to float32's seven digits, and equal rows have distance 0. Equally near rows stand in an order that is shuffled with a seed for each query anew, or in row order.
/// Safe for any number of searching threads.
/// </remarks>
public abstract class NeighborIndex
{
    private protected NeighborIndex(VectorMetric metric, int dimensions, int? tieSeed)
    {
        Metric = metric;
        Dimensions = dimensions;
        TieSeed = tieSeed;
    }

    /// <summary>Number of rows to find among, n.</summary>
    public abstract int Count { get; }

    /// <summary>Values a vector, d.</summary>
    public int Dimensions { get; }

    /// <summary>What is measured.</summary>
    public VectorMetric Metric { get; }

    /// <summary>The seed that equally near rows are shuffled with; null leaves them in row order.</summary>
    public int? TieSeed { get; }

    /// <summary>Prepares rows to be searched: exactly up to a size, by a graph above it.</summary>
    /// <param name="rows">n×d vectors, n ≥ 1; a copy is kept.</param>
    /// <param name="options">Metric, order of ties, the size, and how a graph is built.</param>
    /// <param name="cancellationToken">Ends the building.</param>
    /// <exception cref="ArgumentException">There are no rows, or one holds NaN or infinity or cannot be squared.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static NeighborIndex Build(EmbeddingMatrix rows, NeighborIndexOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new();
        options.Validate();
        return rows.Rows <= options.ExactUpTo ? new ExactNeighbors(rows, options.Metric, options.TieSeed) : new HnswNeighbors(rows, options, cancellationToken);
    }

    /// <summary>Writes the index to a file, through a temporary one beside it; at most 2 GiB.</summary>
    public void Save(string path) => NeighborFormat.Write(this).Save(path);

    /// <summary>Writes the index to a stream; at most 2 GiB.</summary>
    public void Save(Stream stream) => NeighborFormat.Write(this).Save(stream);

    /// <summary>Reads an index that was saved.</summary>
    /// <exception cref="InvalidDataException">The file holds no index, is damaged, or was written by a later version; the message tells.</exception>
    public static NeighborIndex Load(string path) => NeighborFormat.Read(TensorArchive.Open(path, NeighborFormat.Name, NeighborFormat.Version));

    /// <summary>Reads an index from what is left of a stream.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static NeighborIndex Load(Stream stream) => NeighborFormat.Read(TensorArchive.Open(stream, NeighborFormat.Name, NeighborFormat.Version));

    /// <summary>A row as it is compared (d values): with the cosine scaled to length 1 (zeros stay zero), else as it was given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public abstract ReadOnlySpan<float> Row(int index);

    /// <summary>The distance between a vector and a row, by <see cref="Metric"/>.</summary>
    /// <param name="vector">d values.</param>
    /// <param name="row">The row's number.</param>
    /// <exception cref="ArgumentException">The vector has another length than d or is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public float Distance(ReadOnlySpan<float> vector, int row)
    {
        CheckLength(vector);
        using RentedVector prepared = new(Dimensions);
        MetricRows.Prepare(vector, Metric, prepared.Values);
        return DistanceTo(prepared.Values, !prepared.Values.ContainsAnyExcept(0f), row);
    }

    /// <summary>The distance between two rows, by <see cref="Metric"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public float Distance(int row, int other) => DistanceTo(Row(row), IsZero(row), other);

    /// <summary>The <paramref name="count"/> rows nearest to a vector.</summary>
    /// <param name="vector">d values.</param>
    /// <param name="count">k, 1..n.</param>
    /// <returns>Lists of one query.</returns>
    /// <exception cref="ArgumentException">The vector has another length than d or is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows than <paramref name="count"/>.</exception>
    public NeighborLists Query(ReadOnlySpan<float> vector, int count)
    {
        CheckLength(vector);
        CheckCount(count, Count);
        NeighborLists lists = new(1, count);
        Query(vector, lists.WritableIndices(0), lists.WritableDistances(0));
        return lists;
    }

    /// <summary>Writes the rows nearest to a vector, nearest first; nothing is allocated.</summary>
    /// <param name="vector">d values.</param>
    /// <param name="indices">Where the k row numbers go, k = 1..n.</param>
    /// <param name="distances">Where the k distances go, rising.</param>
    /// <exception cref="ArgumentException">The vector has another length than d or is not finite, or the spans' lengths differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows than k.</exception>
    public void Query(ReadOnlySpan<float> vector, Span<int> indices, Span<float> distances)
    {
        CheckLength(vector);
        CheckCount(indices.Length, Count);
        if (distances.Length != indices.Length)
        {
            throw new ArgumentException($"There is room for {indices.Length} row numbers and {distances.Length} distances; give spans of one length.", nameof(distances));
        }

        using RentedVector prepared = new(Dimensions);
        MetricRows.Prepare(vector, Metric, prepared.Values);
        Search(prepared.Values, TieOrder.OfVector(TieSeed, prepared.Values), excluded: -1, indices, distances);
    }

    /// <summary>The <paramref name="count"/> rows nearest to each query.</summary>
    /// <param name="queries">m×d vectors.</param>
    /// <param name="count">k, 1..n.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search between blocks.</param>
    /// <exception cref="ArgumentException">The queries have other dimensions than the rows, or hold NaN or infinity.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows than <paramref name="count"/>, or less than one thread.</exception>
    public NeighborLists Query(EmbeddingMatrix queries, int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        if (queries.Dimensions != Dimensions)
        {
            throw new ArgumentException($"The rows have {Dimensions} dimensions; the queries have {queries.Dimensions}.", nameof(queries));
        }

        CheckCount(count, Count);
        NeighborLists lists = new(queries.Rows, count);
        SearchAll(MetricRows.Of(queries, Metric), lists, Parallelism(threads, cancellationToken));
        return lists;
    }

    /// <summary>The <paramref name="count"/> rows nearest to each row itself, which is left out of its own list (a duplicate of it is not).</summary>
    /// <param name="count">k, 1..n−1.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search between blocks.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer other rows than <paramref name="count"/>, or less than one thread.</exception>
    public NeighborLists QueryRows(int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        CheckCount(count, Count - 1);
        NeighborLists lists = new(Count, count);
        SearchRows(lists, Parallelism(threads, cancellationToken));
        return lists;
    }

    /// <summary>Whether a row is zero.</summary>
    private protected abstract bool IsZero(int row);

    /// <summary>Writes what is nearest to one prepared vector.</summary>
    private protected abstract void Search(ReadOnlySpan<float> query, TieOrder ties, int excluded, Span<int> indices, Span<float> distances);

    /// <summary>Fills the lists of prepared queries.</summary>
    private protected abstract void SearchAll(EmbeddingMatrix queries, NeighborLists lists, ParallelOptions parallel);

    /// <summary>Fills the lists of the rows themselves.</summary>
    private protected abstract void SearchRows(NeighborLists lists, ParallelOptions parallel);

    private protected float DistanceTo(ReadOnlySpan<float> prepared, bool isZero, int row) =>
        (float)MetricRows.Distance(prepared, Row(row), isZero || IsZero(row), Metric);

    private static ParallelOptions Parallelism(int? threads, CancellationToken cancellationToken)
    {
        int most = threads ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1, nameof(threads));
        cancellationToken.ThrowIfCancellationRequested();
        return new() { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken };
    }

    private static void CheckCount(int count, int available)
    {
        if (count < 1 || count > available)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"There are {available} rows to find; ask for 1 to {available} neighbours.");
        }
    }

    private void CheckLength(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Dimensions)
        {
            throw new ArgumentException($"The rows have {Dimensions} dimensions; the vector has {vector.Length}.", nameof(vector));
        }
    }
}
