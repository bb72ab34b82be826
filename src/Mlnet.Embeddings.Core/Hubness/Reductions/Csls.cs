using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>2δ − δ̄_x − δ̄_y, δ̄ the mean distance to the k neighbours (Lample et al. 2018); with the cosine, minus their 2 cos − r_x − r_y.</summary>
internal sealed class Csls(NeighborIndex index, HubnessReductionOptions options) : NeighborhoodReduction(index, options)
{
    public override HubnessReductionKind Kind => HubnessReductionKind.Csls;

    internal override bool IsSigned => true;

    private protected override double Scale(ReadOnlySpan<float> vector, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> distances) => MeanDistance(distances);

    private protected override double Rescale(double x, double y, double distance) => (2 * distance) - x - y;
}
