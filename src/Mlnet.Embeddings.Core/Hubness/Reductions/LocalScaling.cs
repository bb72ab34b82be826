using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Hubness;

/// <summary>1 − exp(−δ²/(σ_x σ_y)), σ the distance to the k-th neighbour (Zelnik-Manor and Perona, 2004).</summary>
internal sealed class LocalScaling(NeighborIndex index, HubnessReductionOptions options) : NeighborhoodReduction(index, options)
{
    public override HubnessReductionKind Kind => HubnessReductionKind.LocalScaling;

    private protected override double Scale(ReadOnlySpan<float> vector, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> distances) => Math.Max(Floor, Primary(distances[^1]));

    private protected override double Rescale(double x, double y, double distance) => -Exponential.MinusOne(-distance * distance / (x * y));
}
