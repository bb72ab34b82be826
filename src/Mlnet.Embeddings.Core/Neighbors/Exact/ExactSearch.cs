using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// Search through all rows. Products in float32 choose some more candidates than are asked for; their distances are computed anew in float64. Where a row that was left out could still
/// belong to the nearest, by the bound of float32's rounding, the query goes through all rows in float64.
/// </summary>
internal sealed class ExactSearch
{
    // Each block of queries packs the rows anew, which is a tenth of the work with half as many.
    private const int QueryBlock = 384;
    private const int RowBlock = 2048;

    // Rows that float32 cannot tell from the k-th are rarely more.
    private const int SpareCandidates = 16;

    private readonly EmbeddingMatrix _rows;
    private readonly VectorMetric _metric;
    private readonly float[] _halfSquares;
    private readonly double _longest;
    private readonly double _lengthError;

    public ExactSearch(EmbeddingMatrix rows, VectorMetric metric)
    {
        _rows = rows;
        _metric = metric;
        _halfSquares = new float[rows.Rows];
        for (int i = 0; i < rows.Rows; i++)
        {
            double square = RowKernel.PreciseDot(rows.Row(i), rows.Row(i));
            _halfSquares[i] = (float)(square / 2);
            _longest = Math.Max(_longest, Math.Sqrt(square));
            _lengthError = square == 0 ? _lengthError : Math.Max(_lengthError, Math.Abs(square - 1));
        }
    }

    public bool IsZero(int row) => !_rows.Row(row).ContainsAnyExcept(0f);

    /// <summary>The rows nearest to one prepared vector.</summary>
    public void One(ReadOnlySpan<float> query, TieOrder ties, int excluded, Span<int> indices, Span<float> distances)
    {
        int kept = Candidates(indices.Length);
        float[] scores = ArrayPool<float>.Shared.Rent(RowBlock + kept);
        int[] rows = ArrayPool<int>.Shared.Rent(kept);
        int size = 0;
        for (int first = 0; first < _rows.Rows; first += RowBlock)
        {
            Span<float> block = scores.AsSpan(0, Math.Min(RowBlock, _rows.Rows - first));
            for (int i = 0; i < block.Length; i++)
            {
                block[i] = RowKernel.Dot(query, _rows.Row(first + i));
            }

            size = Keep(block, first, excluded, rows.AsSpan(0, kept), scores.AsSpan(RowBlock, kept), size, ties);
        }

        Finish(query, ties, excluded, rows.AsSpan(0, size), scores.AsSpan(RowBlock, size), indices, distances);
        ArrayPool<float>.Shared.Return(scores);
        ArrayPool<int>.Shared.Return(rows);
    }

    /// <summary>Fills the lists of many prepared vectors.</summary>
    /// <param name="queries">The vectors.</param>
    /// <param name="lists">Their lists.</param>
    /// <param name="tieSeed">Seed of the order of equally near rows.</param>
    /// <param name="areRows">Whether the queries are the rows themselves, each left out of its own list.</param>
    /// <param name="parallel">Threads, and what ends the search.</param>
    public void All(EmbeddingMatrix queries, NeighborLists lists, int? tieSeed, bool areRows, ParallelOptions parallel)
    {
        // Few queries are divided more finely, so that each thread gets some.
        int perThread = (queries.Rows + parallel.MaxDegreeOfParallelism - 1) / parallel.MaxDegreeOfParallelism;
        int size = Math.Clamp(perThread, 1, QueryBlock);
        Parallel.For(0, (queries.Rows + size - 1) / size, parallel, block =>
        {
            int first = block * size;
            new Block(this, queries, first, Math.Min(size, queries.Rows - first), lists, tieSeed, areRows).Search(parallel.CancellationToken);
        });
    }

    private int Candidates(int count) => Math.Min(_rows.Rows, count + SpareCandidates);

    // Takes dot products; what is kept are scores, the higher the nearer.
    private int Keep(Span<float> products, int first, int excluded, Span<int> rows, Span<float> scores, int size, TieOrder ties)
    {
        if (_metric == VectorMetric.Euclidean)
        {
            TensorPrimitives.Subtract(products, _halfSquares.AsSpan(first, products.Length), products);
        }

        NearestHeap heap = new(rows, scores, size, ties);
        heap.Add(products, first, excluded);
        return heap.Size;
    }

    private void Finish(ReadOnlySpan<float> query, TieOrder ties, int excluded, Span<int> candidates, Span<float> scores, Span<int> indices, Span<float> distances)
    {
        double square = RowKernel.PreciseDot(query, query);
        NearestHeap nearest = new(indices, distances, 0, ties);
        for (int i = 0; i < candidates.Length; i++)
        {
            nearest.Add(candidates[i], -Distance(query, square, candidates[i]));
        }

        // The top of either heap is its worst.
        bool all = candidates.Length == _rows.Rows - (excluded >= 0 ? 1 : 0);
        if (!all && MayLack(square, scores[0], -distances[0]))
        {
            nearest = new(indices, distances, 0, ties);
            for (int i = 0; i < _rows.Rows; i++)
            {
                if (i != excluded)
                {
                    nearest.Add(i, -Distance(query, square, i));
                }
            }
        }

        nearest.Sort();
        TensorPrimitives.Negate(distances, distances);
    }

    private float Distance(ReadOnlySpan<float> query, double square, int row) =>
        (float)MetricRows.Distance(query, _rows.Row(row), square == 0 || (_metric == VectorMetric.Cosine && _halfSquares[row] == 0), _metric);

    // Whether a row whose score is at most `score` can be as near as `distance`.
    private bool MayLack(double square, float score, float distance)
    {
        if ((_metric != VectorMetric.Euclidean && square == 0) || (_metric != VectorMetric.Dot && distance == 0))
        {
            // All products with zero are 0, and only equal rows are at distance 0: there float32 orders as float64 does.
            return false;
        }

        // |fl(x·y) − x·y| ≤ γ ‖x‖ ‖y‖ in whatever order terms are summed (Higham, 2002, section 3.1), and what vanishes below float32's range.
        double terms = _rows.Dimensions + 4;
        double gamma = terms * 6e-8 / (1 - (terms * 6e-8));
        double error = (gamma * Math.Sqrt(square) * _longest) + (terms * float.Epsilon);
        double farthest = float.BitIncrement(distance);
        return _metric switch
        {
            VectorMetric.Dot => -score - error <= farthest,
            VectorMetric.Euclidean => square - (2 * (score + error + (2e-7 * _longest * _longest))) <= farthest * Math.Abs(farthest),
            _ => 1 - score - error - _lengthError - Math.Abs(square - 1) <= farthest,
        };
    }

    /// <summary>A block of queries against all rows, on one thread.</summary>
    private readonly ref struct Block(ExactSearch search, EmbeddingMatrix queries, int firstQuery, int count, NeighborLists lists, int? tieSeed, bool areRows)
    {
        public void Search(CancellationToken cancellationToken)
        {
            EmbeddingMatrix all = search._rows;
            int d = all.Dimensions;
            int kept = search.Candidates(lists.Count);
            int blockRows = Math.Min(RowBlock, all.Rows);
            float[] products = ArrayPool<float>.Shared.Rent(count * blockRows);
            float[] scores = ArrayPool<float>.Shared.Rent(count * kept);
            int[] rows = ArrayPool<int>.Shared.Rent(count * kept);
            Span<int> sizes = stackalloc int[QueryBlock];
            sizes.Clear();
            ReadOnlySpan<float> left = queries.Values.Slice(firstQuery * d, count * d);
            for (int first = 0; first < all.Rows; first += RowBlock)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int width = Math.Min(RowBlock, all.Rows - first);
                MatrixProduct.MultiplyByTransposed(left, all.Values.Slice(first * d, width * d), products.AsSpan(0, count * width), count, d, width);
                for (int q = 0; q < count; q++)
                {
                    sizes[q] = search.Keep(products.AsSpan(q * width, width), first, Excluded(q), rows.AsSpan(q * kept, kept), scores.AsSpan(q * kept, kept), sizes[q], Ties(q));
                }
            }

            for (int q = 0; q < count; q++)
            {
                search.Finish(left.Slice(q * d, d), Ties(q), Excluded(q), rows.AsSpan(q * kept, sizes[q]), scores.AsSpan(q * kept, sizes[q]), lists.WritableIndices(firstQuery + q), lists.WritableDistances(firstQuery + q));
            }

            ArrayPool<float>.Shared.Return(products);
            ArrayPool<float>.Shared.Return(scores);
            ArrayPool<int>.Shared.Return(rows);
        }

        private int Excluded(int query) => areRows ? firstQuery + query : -1;

        private TieOrder Ties(int query) => areRows ? TieOrder.OfRow(tieSeed, firstQuery + query) : TieOrder.OfVector(tieSeed, queries.Row(firstQuery + query));
    }
}
