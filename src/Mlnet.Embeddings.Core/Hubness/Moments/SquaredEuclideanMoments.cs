using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>
/// Moments of squared lengths: with a = x − m and b = y − m, δ = ‖a‖² + ‖b‖² − 2a·b, whose mean is ‖a‖² + T/n with T = Σ‖b‖², and
/// Σ(δ − mean)² = Σ‖b‖⁴ − T²/n − 4a·Σ‖b‖²b + 4aᵀCa.
/// </summary>
internal sealed class SquaredEuclideanMoments : ClosedFormMoments
{
    private readonly double _trace;

    public SquaredEuclideanMoments(Whitening.Moments rows)
        : base(rows)
    {
        for (int i = 0; i < rows.Dimensions; i++)
        {
            _trace += rows.CoMoments[(i * rows.Dimensions) + i];
        }
    }

    private protected override bool IsCentred => true;

    private protected override DistanceMoment Measure(ReadOnlySpan<double> vector, double form, bool isRow)
    {
        double n = Rows.Count;
        double mean = TensorPrimitives.SumOfSquares(vector) + (_trace / n);
        double squares = Rows.Quartic - (_trace * _trace / n) - (4 * TensorPrimitives.Dot(vector, Rows.Cubic)) + (4 * form);
        DistanceMoment all = new(Rows.Count, mean, Math.Max(0, squares));
        return isRow ? all.Without(0) : all;
    }
}
