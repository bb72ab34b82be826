using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Moments of cosine distances: of 1 − x·y over rows y of length 1, the mean is 1 − x·m and Σ(δ − mean)² is xᵀCx.</summary>
internal sealed class CosineMoments(Whitening.Moments unitRows) : ClosedFormMoments(unitRows)
{
    private protected override bool IsCentred => false;

    private protected override DistanceMoment Measure(ReadOnlySpan<double> vector, double form, bool isRow)
    {
        DistanceMoment all = new(Rows.Count, 1 - TensorPrimitives.Dot(vector, Mean), form);
        return isRow ? all.Without(1 - TensorPrimitives.Dot(vector, vector)) : all;
    }
}
