using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>A reduction whose scale is one number that is taken from a point's k nearest rows.</summary>
internal abstract class NeighborhoodReduction(NeighborIndex index, HubnessReductionOptions options) : HubnessReduction(index, options)
{
    internal sealed override int Width => 1;

    private protected sealed override int NeighborsForScale => Neighbors;

    internal sealed override void Rescale(ScaledPoints queries, int query, ScaledPoints targets, ReadOnlySpan<int> indices, ReadOnlySpan<float> distances, Span<double> result)
    {
        double scale = queries.Scales[query];
        for (int i = 0; i < indices.Length; i++)
        {
            result[i] = Rescale(scale, targets.Scales[indices[i]], Primary(distances[i]));
        }
    }

    internal override bool IsScale(ReadOnlySpan<double> scale) => scale[0] >= Floor;

    private protected sealed override void WriteScales(ScaledPoints points, NeighborLists? lists, ParallelOptions parallel)
    {
        int count = Math.Min(Neighbors, lists?.Count ?? 0);
        Parallel.For(0, points.Count, parallel, i =>
            points.Scales[i] = count == 0 ? Alone : Scale(points.Vector(i), lists!.Indices(i)[..count], lists.Distances(i)[..count]));
    }

    /// <summary>The scale of a point without neighbours.</summary>
    private protected virtual double Alone => Floor;

    /// <summary>The scale of a point.</summary>
    /// <param name="vector">Its vector as the index compares it.</param>
    /// <param name="neighbors">Its nearest rows, k or as many as there are.</param>
    /// <param name="distances">Their distances from it.</param>
    private protected abstract double Scale(ReadOnlySpan<float> vector, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> distances);

    /// <summary>The secondary distance of two points.</summary>
    private protected abstract double Rescale(double x, double y, double distance);

    /// <summary>The mean distance to the neighbours, at least the floor.</summary>
    private protected double MeanDistance(ReadOnlySpan<float> distances)
    {
        double sum = 0;
        foreach (float distance in distances)
        {
            sum += Primary(distance);
        }

        return Math.Max(Floor, sum / distances.Length);
    }
}
