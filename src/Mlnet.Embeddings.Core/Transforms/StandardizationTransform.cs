using System.Numerics.Tensors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Transforms;

/// <summary>The z-score per dimension: x ↦ (x − μ)/σ with the fitted rows' mean and standard deviation (n in the denominator) of each dimension; a dimension that was constant gives 0.</summary>
public sealed class StandardizationTransform : VectorTransform
{
    private readonly float[] _mean;
    private readonly float[] _inverse;

    private StandardizationTransform(float[] mean, float[] inverse)
        : base(mean.Length, mean.Length) => (_mean, _inverse) = (mean, inverse);

    /// <inheritdoc/>
    public override string Name => "standardize:dimension";

    /// <inheritdoc/>
    public override AffineMap Affine
    {
        get
        {
            double[] factors = new double[_mean.Length];
            double[] offset = new double[_mean.Length];
            for (int i = 0; i < factors.Length; i++)
            {
                (factors[i], offset[i]) = (_inverse[i], -(double)_mean[i] * _inverse[i]);
            }

            return AffineMap.Diagonal(factors, offset, normalizes: false);
        }
    }

    internal override string Kind => "standardization";

    internal override bool KeepsSlots => true;

    internal ReadOnlySpan<float> Mean => _mean;

    /// <summary>1/σ of each dimension, 0 where it was constant.</summary>
    internal ReadOnlySpan<float> InverseDeviations => _inverse;

    /// <summary>Fits on rows that stream by once.</summary>
    /// <param name="blocks">The rows; a block may be written over once the next is asked for.</param>
    /// <param name="cancellationToken">Ends the pass between blocks.</param>
    /// <exception cref="ArgumentException">There is no row, or one holds NaN or infinity.</exception>
    public static StandardizationTransform Fit(IEnumerable<EmbeddingMatrix> blocks, CancellationToken cancellationToken = default) => Of(DimensionSums.Of(blocks, cancellationToken));

    /// <summary>Fits on the rows of a matrix.</summary>
    /// <exception cref="ArgumentException">There is no row, or one holds NaN or infinity.</exception>
    public static StandardizationTransform Fit(EmbeddingMatrix rows) => Fit([rows]);

    /// <summary>Fits on moments that were collected before.</summary>
    /// <exception cref="ArgumentException">They are of no rows.</exception>
    public static StandardizationTransform FitFrom(Moments moments)
    {
        ArgumentNullException.ThrowIfNull(moments);
        return Of(DimensionSums.From(moments));
    }

    internal static StandardizationTransform Read(TensorArchive archive)
    {
        int d = archive.Length("mean");
        return new(archive.Singles("mean", d), archive.Singles("inverse_deviation", d));
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Add("mean", _mean, _mean.Length);
        writer.Add("inverse_deviation", _inverse, _inverse.Length);
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        for (int first = 0; first < rows.Length; first += _mean.Length)
        {
            Span<float> row = destination.Slice(first, _mean.Length);
            TensorPrimitives.Subtract(rows.Slice(first, _mean.Length), _mean, row);
            TensorPrimitives.Multiply(row, _inverse, row);
        }
    }

    private static StandardizationTransform Of(DimensionSums sums)
    {
        double[] variances = sums.Variances();
        float[] mean = sums.Mean();
        float[] inverse = new float[variances.Length];
        for (int i = 0; i < inverse.Length; i++)
        {
            // What float32 values around that mean differ by in their last digit is no variance.
            double rounding = Math.Abs((double)mean[i]) * Math.ScaleB(1, -24);
            float value = (float)(1 / Math.Sqrt(variances[i]));
            inverse[i] = variances[i] > rounding * rounding && float.IsFinite(value) ? value : 0;
        }

        return new(mean, inverse);
    }
}
