using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// The nearest rows by cosine, found by comparing with every row in blocks. Equally near rows come in order of their numbers; the cosine with a zero vector is 0.
/// </summary>
/// <remarks>A query's neighbours and cosines are the same bits alone and in a batch, with any number of threads. Immutable; safe to share between threads.</remarks>
public sealed class ExactNeighbors
{
    private const int QueryBlock = 96;
    private const int RowBlock = 2048;
    private readonly EmbeddingMatrix _rows;

    /// <summary>Prepares rows to be searched; a copy scaled to length 1 is kept.</summary>
    /// <param name="rows">n×d vectors, n ≥ 1.</param>
    /// <exception cref="ArgumentException">There are no rows, or one holds NaN or infinity.</exception>
    public ExactNeighbors(EmbeddingMatrix rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Rows == 0)
        {
            throw new ArgumentException("There are no rows to search; give at least one.", nameof(rows));
        }

        _rows = UnitRows.Of(rows);
    }

    /// <summary>Number of rows to find among, n.</summary>
    public int Count => _rows.Rows;

    /// <summary>Values a vector, d.</summary>
    public int Dimensions => _rows.Dimensions;

    /// <summary>The <paramref name="count"/> rows nearest to a vector.</summary>
    /// <param name="vector">d values.</param>
    /// <param name="count">k, 1..n.</param>
    /// <returns>Lists of one query.</returns>
    /// <exception cref="ArgumentException">The vector has another length than d or is not finite.</exception>
    public NeighborLists Query(ReadOnlySpan<float> vector, int count) =>
        vector.Length == Dimensions
            ? Query(new EmbeddingMatrix(vector.ToArray(), 1, Dimensions), count, threads: 1)
            : throw new ArgumentException($"The rows have {Dimensions} dimensions; the vector has {vector.Length}.", nameof(vector));

    /// <summary>The <paramref name="count"/> rows nearest to each query.</summary>
    /// <param name="queries">m×d vectors.</param>
    /// <param name="count">k, 1..n.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search between blocks.</param>
    /// <exception cref="ArgumentException">The queries have other dimensions than the rows, or hold NaN or infinity.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows than <paramref name="count"/>.</exception>
    public NeighborLists Query(EmbeddingMatrix queries, int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        if (queries.Dimensions != Dimensions)
        {
            throw new ArgumentException($"The rows have {Dimensions} dimensions; the queries have {queries.Dimensions}.", nameof(queries));
        }

        CheckCount(count, Count);
        return Search(UnitRows.Of(queries), count, excludeSelf: false, threads, cancellationToken);
    }

    /// <summary>The <paramref name="count"/> rows nearest to each row itself, which is left out of its own list (a duplicate of it is not).</summary>
    /// <param name="count">k, 1..n−1.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search between blocks.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer other rows than <paramref name="count"/>.</exception>
    public NeighborLists QueryRows(int count, int? threads = null, CancellationToken cancellationToken = default)
    {
        CheckCount(count, Count - 1);
        return Search(_rows, count, excludeSelf: true, threads, cancellationToken);
    }

    private static void CheckCount(int count, int available)
    {
        if (count < 1 || count > available)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"There are {available} rows to find; ask for 1 to {available} neighbours.");
        }
    }

    private NeighborLists Search(EmbeddingMatrix queries, int count, bool excludeSelf, int? threads, CancellationToken cancellationToken)
    {
        NeighborLists lists = new(queries.Rows, count);
        int blocks = (queries.Rows + QueryBlock - 1) / QueryBlock;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads ?? Environment.ProcessorCount, CancellationToken = cancellationToken };
        Parallel.For(0, blocks, parallel, block => SearchBlock(queries, block * QueryBlock, lists, excludeSelf, cancellationToken));
        return lists;
    }

    private void SearchBlock(EmbeddingMatrix queries, int firstQuery, NeighborLists lists, bool excludeSelf, CancellationToken cancellationToken)
    {
        int d = Dimensions;
        int count = Math.Min(QueryBlock, queries.Rows - firstQuery);
        float[] similarities = new float[count * Math.Min(RowBlock, Count)];
        int[] sizes = new int[count];
        for (int first = 0; first < Count; first += RowBlock)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rows = Math.Min(RowBlock, Count - first);
            MatrixProduct.MultiplyByTransposed(queries.Values.Slice(firstQuery * d, count * d), _rows.Values.Slice(first * d, rows * d), similarities.AsSpan(0, count * rows), count, d, rows);
            for (int q = 0; q < count; q++)
            {
                int query = firstQuery + q;
                NearestHeap heap = new(lists.WritableIndices(query), lists.WritableSimilarities(query), sizes[q]);
                heap.Add(similarities.AsSpan(q * rows, rows), first, excludeSelf ? query : -1);
                sizes[q] = heap.Size;
            }
        }

        for (int q = 0; q < count; q++)
        {
            new NearestHeap(lists.WritableIndices(firstQuery + q), lists.WritableSimilarities(firstQuery + q), sizes[q]).Sort();
        }
    }
}
