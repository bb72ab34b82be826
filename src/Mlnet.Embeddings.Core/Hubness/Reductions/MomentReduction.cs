using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Mutual proximity under a distribution that a point's mean distance and variance determine: F_x + F_y − F_x F_y, which keeps its digits where both are near 0.</summary>
internal abstract class MomentReduction(NeighborIndex index, HubnessReductionOptions options) : HubnessReduction(index, options)
{
    /// <summary>The moments over all reference rows.</summary>
    internal DistanceMoments? Moments { get; set; }

    private protected sealed override int NeighborsForScale => 0;

    internal sealed override void Rescale(ScaledPoints queries, int query, ScaledPoints targets, ReadOnlySpan<int> indices, ReadOnlySpan<float> distances, Span<double> result)
    {
        ReadOnlySpan<double> scale = queries.Scale(query);
        for (int i = 0; i < indices.Length; i++)
        {
            double distance = Primary(distances[i]);
            double x = Probability(scale, distance);
            double y = Probability(targets.Scale(indices[i]), distance);
            result[i] = x + y - (x * y);
        }
    }

    private protected sealed override void Prepare(ParallelOptions parallel) => Moments = DistanceMoments.Of(Index, SquaredEuclidean, parallel);

    private protected sealed override void WriteScales(ScaledPoints points, NeighborLists? lists, ParallelOptions parallel)
    {
        DistanceMoment[] moments = Moments!.Measure(points, parallel);
        for (int i = 0; i < moments.Length; i++)
        {
            WriteScale(moments[i], points.Scale(i));
        }
    }

    /// <summary>Writes the distribution's parameters.</summary>
    private protected abstract void WriteScale(DistanceMoment moment, Span<double> scale);

    /// <summary>The probability of a distance of at most so much.</summary>
    private protected abstract double Probability(ReadOnlySpan<double> scale, double distance);
}
