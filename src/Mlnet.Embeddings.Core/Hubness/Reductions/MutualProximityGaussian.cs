using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Mutual proximity with F = Φ((δ − μ)/σ) over all distances of a point, itself left out (Schnitzer et al. 2012, section 3.2, independent).</summary>
internal sealed class MutualProximityGaussian(NeighborIndex index, HubnessReductionOptions options) : MomentReduction(index, options)
{
    public override HubnessReductionKind Kind => HubnessReductionKind.MutualProximityGaussian;

    internal override int Width => 2;

    internal override bool IsScale(ReadOnlySpan<double> scale) => scale[1] >= Floor;

    private protected override void WriteScale(DistanceMoment moment, Span<double> scale) =>
        (scale[0], scale[1]) = (moment.Mean, Math.Max(Floor, Math.Sqrt(moment.Squares / Math.Max(1, moment.Count))));

    private protected override double Probability(ReadOnlySpan<double> scale, double distance) => NormalDistribution.Cdf((distance - scale[0]) / scale[1]);
}
