using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>δ/√(μ_x μ_y), μ the mean distance to the k neighbours (Jégou et al. 2007).</summary>
internal sealed class Nicdm(NeighborIndex index, HubnessReductionOptions options) : NeighborhoodReduction(index, options)
{
    public override HubnessReductionKind Kind => HubnessReductionKind.Nicdm;

    private protected override double Scale(ReadOnlySpan<float> vector, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> distances) => MeanDistance(distances);

    private protected override double Rescale(double x, double y, double distance) => distance / Math.Sqrt(x * y);
}
