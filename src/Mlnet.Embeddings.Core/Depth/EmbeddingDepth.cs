using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Depth;

/// <summary>
/// Statistical depth of embeddings (TTE depth; Seegmiller and Preum, EMNLP 2023): D(x) = 2 − the mean cosine distance of x to the rows of a corpus, 0 to 2. The deepest rows are the most
/// representative ones, the shallowest are outliers.
/// </summary>
/// <remarks>
/// The mean of the cosines with n rows is the product with the mean of the n unit rows, so that n depths take O(n·d) in place of O(n²·d). A row of the corpus is measured against the others, itself left
/// out, as in the authors' code. Rows of zeros have cosine 0 with all. Sums run in double. Immutable; safe to share between threads.
/// </remarks>
public sealed partial class EmbeddingDepth
{
    private readonly double[] _centre;
    private readonly double[] _depths;
    private readonly double[] _sorted;

    private EmbeddingDepth(double[] centre, double[] depths)
    {
        (_centre, _depths) = (centre, depths);
        _sorted = [.. depths];
        Array.Sort(_sorted);
    }

    /// <summary>Rows of the corpus, n.</summary>
    public int Count => _depths.Length;

    /// <summary>Values a vector, d.</summary>
    public int Dimensions => _centre.Length;

    /// <summary>The mean of the corpus' rows at length 1, d values.</summary>
    public ReadOnlySpan<double> Centre => _centre;

    /// <summary>The depth of each row of the corpus among the others, in their order.</summary>
    public ReadOnlySpan<double> Depths => _depths;

    /// <summary>Measures a corpus.</summary>
    /// <param name="rows">n×d vectors, n ≥ 2.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    /// <exception cref="ArgumentException">There are fewer than two rows, or one holds NaN or infinity; the message names the row.</exception>
    public static EmbeddingDepth Of(EmbeddingMatrix rows, CancellationToken cancellationToken = default) => Of([rows], cancellationToken);

    /// <summary>Measures a corpus that streams by twice: for its centre, and for the depths of its rows.</summary>
    /// <param name="blocks">The rows; a block may be written over once the next is asked for.</param>
    /// <param name="cancellationToken">Ends the passes between blocks.</param>
    /// <exception cref="ArgumentException">There are fewer than two rows, or one holds NaN or infinity; the message names the row.</exception>
    public static EmbeddingDepth Of(IEnumerable<EmbeddingMatrix> blocks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        double[] centre = [];
        int count = 0;
        foreach (EmbeddingMatrix block in RowBlocks.Checked(blocks, cancellationToken))
        {
            centre = count == 0 ? new double[block.Dimensions] : centre;
            for (int i = 0; i < block.Rows; i++)
            {
                AddDirection(block.Row(i), centre);
            }

            count = checked(count + block.Rows);
        }

        if (count < 2)
        {
            throw new ArgumentException($"Depth is measured among two rows at least; there are {count}.", nameof(blocks));
        }

        for (int j = 0; j < centre.Length; j++)
        {
            centre[j] /= count;
        }

        return new(centre, OwnDepths(blocks, centre, count, cancellationToken));
    }

    /// <summary>The depth of a vector in the corpus: 1 + its mean cosine with the corpus' rows.</summary>
    /// <param name="vector">d values, of a row that is none of the corpus'.</param>
    /// <exception cref="ArgumentException">The vector has another length than d, or is not finite.</exception>
    public double Depth(ReadOnlySpan<float> vector)
    {
        if (vector.Length != Dimensions || !System.Numerics.Tensors.TensorPrimitives.IsFiniteAll(vector))
        {
            throw new ArgumentException(vector.Length != Dimensions ? $"The corpus has {Dimensions} dimensions; the vector has {vector.Length}." : "The vector holds NaN or infinity; drop the row or embed it anew.", nameof(vector));
        }

        return 1 + Along(vector, _centre).Product;
    }

    /// <summary>The depths of rows that are none of the corpus'.</summary>
    /// <exception cref="ArgumentException">The rows have other dimensions, or one is not finite.</exception>
    public double[] DepthsOf(EmbeddingMatrix rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        double[] depths = new double[rows.Rows];
        for (int i = 0; i < depths.Length; i++)
        {
            depths[i] = Depth(rows.Row(i));
        }

        return depths;
    }

    /// <summary>How far out a depth lies: the share of the corpus' rows that are deeper, half of equally deep ones counted. 0 for the centre, 1 for what is shallower than all rows.</summary>
    /// <exception cref="ArgumentException">The depth is NaN.</exception>
    public double OutlierScore(double depth)
    {
        if (double.IsNaN(depth))
        {
            throw new ArgumentException("The depth is NaN.", nameof(depth));
        }

        return 1 - ((Before(depth, orEqual: false) + Before(depth, orEqual: true)) / (2.0 * Count));
    }

    /// <summary>The numbers of the corpus' rows from the deepest to the shallowest; of equally deep rows the first comes first.</summary>
    public int[] CentralityOrder()
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        Array.Sort(order, (x, y) => _depths[x] != _depths[y] ? _depths[y].CompareTo(_depths[x]) : x.CompareTo(y));
        return order;
    }

    // How many rows of the corpus are shallower, or as deep too.
    private int Before(double depth, bool orEqual)
    {
        (int low, int high) = (0, _sorted.Length);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_sorted[middle] < depth || (orEqual && _sorted[middle] == depth))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    // From n·m·x the row's cosine with itself is taken away: 1, or 0 for a row of zeros.
    private static double[] OwnDepths(IEnumerable<EmbeddingMatrix> blocks, double[] centre, int count, CancellationToken cancellationToken)
    {
        double[] depths = new double[count];
        int next = 0;
        foreach (EmbeddingMatrix block in RowBlocks.Checked(blocks, cancellationToken))
        {
            for (int i = 0; i < block.Rows; i++)
            {
                (double product, bool isZero) = Along(block.Row(i), centre);
                depths[next++] = 1 + (((count * product) - (isZero ? 0 : 1)) / (count - 1));
            }
        }

        return depths;
    }

    // The product of a vector at length 1; zeros have no direction.
    private static (double Product, bool IsZero) Along(ReadOnlySpan<float> vector, ReadOnlySpan<double> direction)
    {
        (double product, double square) = (0, 0);
        for (int j = 0; j < vector.Length; j++)
        {
            double value = vector[j];
            product += value * direction[j];
            square += value * value;
        }

        return square > 0 ? (product / Math.Sqrt(square), false) : (0, true);
    }

    private static void AddDirection(ReadOnlySpan<float> vector, Span<double> sum)
    {
        double square = 0;
        foreach (float value in vector)
        {
            square += (double)value * value;
        }

        double scale = square > 0 ? 1 / Math.Sqrt(square) : 0;
        for (int j = 0; j < vector.Length; j++)
        {
            sum[j] += vector[j] * scale;
        }
    }
}
