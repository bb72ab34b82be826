using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Mutual proximity with the Gamma distribution of shape μ²/v and scale v/μ, over all distances of a point, itself left out (Schnitzer et al. 2012, section 3.2, independent).</summary>
internal sealed class MutualProximityGamma(NeighborIndex index, HubnessReductionOptions options) : MomentReduction(index, options)
{
    public override HubnessReductionKind Kind => HubnessReductionKind.MutualProximityGamma;

    internal override int Width => 3;

    internal override bool IsScale(ReadOnlySpan<double> scale) => scale[0] > 0 && scale[1] > 0;

    private protected override void WriteScale(DistanceMoment moment, Span<double> scale)
    {
        double mean = Math.Max(Floor, moment.Mean);
        double variance = Math.Max(Floor * Floor, moment.Count > 1 ? moment.Squares / (moment.Count - 1) : 0);
        double shape = mean * mean / variance;
        (scale[0], scale[1], scale[2]) = (shape, variance / mean, GammaDistribution.LogGamma(shape));
    }

    private protected override double Probability(ReadOnlySpan<double> scale, double distance) => GammaDistribution.Cdf(scale[0], scale[2], distance / scale[1]);
}
