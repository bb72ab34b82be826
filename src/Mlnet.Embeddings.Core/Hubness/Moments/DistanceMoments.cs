using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Hubness;

/// <summary>How many distances a point has to the reference rows, itself left out, their mean, and Σ(δ − mean)².</summary>
internal readonly record struct DistanceMoment(long Count, double Mean, double Squares)
{
    /// <summary>The moment of a point that is one of the rows, from that over all rows, itself with distance <paramref name="own"/> included.</summary>
    public DistanceMoment Without(double own)
    {
        long others = Count - 1;
        double offset = Mean - own;
        return others == 0 ? default : new(others, Mean + (offset / others), Math.Max(0, Squares - (offset * offset * Count / others)));
    }
}

/// <summary>Mean and variance of points' distances to all reference rows.</summary>
internal abstract class DistanceMoments
{
    private const int BlockRows = 2048;

    /// <summary>Collects what is needed of the reference rows.</summary>
    public static DistanceMoments Of(NeighborIndex index, bool squared, ParallelOptions parallel) =>
        index.Metric == VectorMetric.Cosine ? new CosineMoments(Collect(index, parallel))
        : squared ? new SquaredEuclideanMoments(Collect(index, parallel))
        : new EuclideanMoments(index);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static DistanceMoments Read(TensorArchive archive, NeighborIndex index, bool squared)
    {
        if (index.Metric == VectorMetric.Euclidean && !squared)
        {
            return new EuclideanMoments(index);
        }

        Whitening.Moments moments = MomentsFormat.Read(archive);
        return moments.Dimensions != index.Dimensions || moments.Count != index.Count
            ? throw archive.Bad($"the moments are of {moments.Count} rows of {moments.Dimensions} dimensions, and there are {index.Count} of {index.Dimensions}")
            : index.Metric == VectorMetric.Cosine ? new CosineMoments(moments) : new SquaredEuclideanMoments(moments);
    }

    /// <summary>The moments of each point; a point that is a reference row is left out of its own.</summary>
    public abstract DistanceMoment[] Measure(ScaledPoints points, ParallelOptions parallel);

    /// <summary>Writes what was collected.</summary>
    public abstract void Write(TensorArchiveWriter writer);

    private static Whitening.Moments Collect(NeighborIndex index, ParallelOptions parallel)
    {
        Whitening.Moments moments = new(index.Dimensions);
        EmbeddingMatrix block = new(Math.Min(BlockRows, index.Count), index.Dimensions);
        for (int first = 0; first < index.Count; first += BlockRows)
        {
            parallel.CancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(BlockRows, index.Count - first);
            for (int i = 0; i < count; i++)
            {
                index.Row(first + i).CopyTo(block.Row(i));
            }

            moments.Add(block.Values[..(count * index.Dimensions)], parallel.MaxDegreeOfParallelism);
        }

        return moments;
    }
}
