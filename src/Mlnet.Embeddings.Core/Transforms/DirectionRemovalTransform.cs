using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// Projects directions out: x ↦ y − Σ (y·u)u with y = x − μ. The directions are the mean and the leading principal components of fitted rows (all-but-the-top, Mu and
/// Viswanath, 2018), or given ones, such as the difference of two words (hard debiasing, Bolukbasi et al. 2016), with μ = 0.
/// </summary>
public sealed class DirectionRemovalTransform : VectorTransform
{
    private readonly float[] _mean;
    private readonly float[] _directions;

    // An empty mean stands for none.
    private DirectionRemovalTransform(float[] mean, float[] directions, int dimensions)
        : base(dimensions, dimensions) => (_mean, _directions) = (mean, directions);

    /// <summary>Number of directions taken out.</summary>
    public int Directions => _directions.Length / InputDimensions;

    /// <inheritdoc/>
    public override string Name => _mean.Length > 0 ? $"remove-top:{Directions}" : "remove-directions";

    /// <inheritdoc/>
    public override AffineMap Affine
    {
        get
        {
            int d = InputDimensions;
            float[] matrix = new float[d * d];
            for (int i = 0; i < d; i++)
            {
                Span<float> row = matrix.AsSpan(i * d, d);
                row[i] = 1;
                Project(row);
            }

            return AffineMap.Around(_mean.Length > 0 ? _mean : new float[d], matrix, d, normalizes: false);
        }
    }

    internal override string Kind => "direction-removal";

    /// <summary>μ, d values; none where it is 0.</summary>
    internal ReadOnlySpan<float> Mean => _mean;

    /// <summary>The directions, each of length 1 and at right angles to the others, row after row.</summary>
    internal ReadOnlySpan<float> Basis => _directions;

    /// <summary>All-but-the-top: fits mean and leading components on rows that stream by once.</summary>
    /// <param name="blocks">The rows; a block may be written over once the next is asked for.</param>
    /// <param name="components">How many components, 0 to d; null for max(1, round(d/100)), the authors' rule of thumb. Measured (<c>./build.sh bench transforms</c>), the bundled model
    /// gains 1.1 points on STS-B dev with one and with three, and loses 2.1 and 4.8 in classification with 8 rows a label: for similarity only, and one is enough.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <param name="cancellationToken">Ends the pass between blocks.</param>
    /// <exception cref="ArgumentException">There are fewer than two rows, more components are asked for than there are dimensions, or a row holds NaN or infinity.</exception>
    public static DirectionRemovalTransform FitTop(IEnumerable<EmbeddingMatrix> blocks, int? components = null, int threads = 1, CancellationToken cancellationToken = default) =>
        FitTopFrom(Moments.Of(blocks, threads, cancellationToken), components, threads);

    /// <summary>All-but-the-top from moments that were collected before.</summary>
    /// <inheritdoc cref="FitTop"/>
    public static DirectionRemovalTransform FitTopFrom(Moments moments, int? components = null, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(moments);
        int d = moments.Dimensions;
        int count = components ?? Math.Max(1, (int)Math.Round(d / 100.0));
        if (count < 0 || count > d)
        {
            throw new ArgumentOutOfRangeException(nameof(components), components, $"The rows have {d} dimensions; remove 0 to {d} components.");
        }

        if (moments.Count < 2)
        {
            throw new ArgumentException($"Components are fitted on two rows at least; there are {moments.Count}. Give more rows.", nameof(moments));
        }

        SymmetricEigen eigen = SymmetricEigen.Of(moments.Covariance(), d, threads);
        float[] mean = new float[d];
        float[] directions = new float[count * d];
        TensorPrimitives.ConvertTruncating(moments.Mean, mean);
        TensorPrimitives.ConvertTruncating(eigen.Vectors.AsSpan(0, count * d), directions);
        return new(mean, directions, d);
    }

    /// <summary>Takes out given directions.</summary>
    /// <param name="directions">m×d vectors of any length, which need not be orthogonal; what they span is removed.</param>
    /// <exception cref="ArgumentException">There is none, or all are zero, or one holds NaN or infinity.</exception>
    public static DirectionRemovalTransform Of(EmbeddingMatrix directions)
    {
        ArgumentNullException.ThrowIfNull(directions);
        double[] basis = Orthonormal.BasisOf(directions);
        if (basis.Length == 0)
        {
            throw new ArgumentException("There is no direction to remove: all of them are zero. Give vectors that differ.", nameof(directions));
        }

        float[] singles = new float[basis.Length];
        TensorPrimitives.ConvertTruncating(basis, singles);
        return new([], singles, directions.Dimensions);
    }

    internal static DirectionRemovalTransform Read(TensorArchive archive)
    {
        ReadOnlySpan<int> shape = archive.Shape("directions", 2);
        (int m, int d) = (shape[0], shape[1]);
        return new(archive.Has("mean") ? archive.Singles("mean", d) : [], archive.Singles("directions", m, d), archive.Positive("directions", d));
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Add("directions", _directions, Directions, InputDimensions);
        if (_mean.Length > 0)
        {
            writer.Add("mean", _mean, _mean.Length);
        }
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        int d = InputDimensions;
        rows.CopyTo(destination);
        for (int row = 0; row < count; row++)
        {
            Span<float> result = destination.Slice(row * d, d);
            if (_mean.Length > 0)
            {
                TensorPrimitives.Subtract(result, _mean, result);
            }

            Project(result);
        }
    }

    private void Project(Span<float> row)
    {
        for (int first = 0; first < _directions.Length; first += row.Length)
        {
            ReadOnlySpan<float> direction = _directions.AsSpan(first, row.Length);
            TensorPrimitives.MultiplyAdd(direction, -TensorPrimitives.Dot(row, direction), row, row);
        }
    }
}
