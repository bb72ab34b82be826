using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>
/// Moments of cosine distances: of ‖x − y‖²/2 = (‖x‖² + ‖y‖²)/2 − x·y over rows y of length 1, the mean is (‖x‖² + S/n)/2 − x·m with S = Σ‖y‖², and Σ(δ − mean)² is xᵀCx.
/// </summary>
/// <remarks>In single precision lengths are 1 to seven digits only: taken as 1 they would cost the mean its digits where all rows point nearly the same way. Zero rows are at distance 1 from all.</remarks>
internal sealed class CosineMoments : ClosedFormMoments
{
    // What ‖y‖² and the zero rows' distances of 1 in place of ‖x‖²/2 add to the mean.
    private readonly double _offset;

    public CosineMoments(Whitening.Moments unitRows)
        : base(unitRows)
    {
        double squares = unitRows.Count * TensorPrimitives.SumOfSquares<double>(unitRows.Mean);
        for (int i = 0; i < unitRows.Dimensions; i++)
        {
            squares += unitRows.CoMoments[(i * unitRows.Dimensions) + i];
        }

        double zeros = Math.Max(0, Math.Round(unitRows.Count - squares));
        _offset = (squares + zeros) / (2 * unitRows.Count);
    }

    private protected override bool IsCentred => false;

    private protected override DistanceMoment Measure(ReadOnlySpan<double> vector, double form, bool isRow)
    {
        double square = TensorPrimitives.SumOfSquares(vector);
        if (square == 0)
        {
            DistanceMoment ones = new(Rows.Count, 1, 0);
            return isRow ? ones.Without(1) : ones;
        }

        DistanceMoment all = new(Rows.Count, (square / 2) + _offset - TensorPrimitives.Dot(vector, Mean), form);
        return isRow ? all.Without(0) : all;
    }
}
