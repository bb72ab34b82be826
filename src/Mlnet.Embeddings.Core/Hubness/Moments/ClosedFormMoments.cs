using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Moments of distances that follow from the mean m and the co-moments C of the rows, O(d²) a point whatever the number of rows.</summary>
internal abstract class ClosedFormMoments : DistanceMoments
{
    private readonly double[] _mean;
    private readonly double[] _coMoments;

    private protected ClosedFormMoments(Whitening.Moments moments) => (Rows, _mean, _coMoments) = (moments, moments.Mean.ToArray(), moments.CoMoments.ToArray());

    /// <summary>The moments of the rows.</summary>
    private protected Whitening.Moments Rows { get; }

    private protected ReadOnlySpan<double> Mean => _mean;

    public sealed override DistanceMoment[] Measure(ScaledPoints points, ParallelOptions parallel)
    {
        DistanceMoment[] result = new DistanceMoment[points.Count];
        Parallel.For(0, points.Count, parallel, i =>
        {
            int d = _mean.Length;
            double[] rented = ArrayPool<double>.Shared.Rent(2 * d);
            Span<double> vector = rented.AsSpan(0, d);
            TensorPrimitives.ConvertTruncating(points.Vector(i), vector);
            result[i] = Measure(vector, rented.AsSpan(d, d), points.RowNumber(i) >= 0);
            ArrayPool<double>.Shared.Return(rented);
        });
        return result;
    }

    public sealed override void Write(TensorArchiveWriter writer) => MomentsFormat.Write(Rows, writer);

    /// <summary>The moment of one point.</summary>
    /// <param name="vector">The point.</param>
    /// <param name="space">d values to write over.</param>
    /// <param name="isRow">Whether it is one of the rows.</param>
    private protected abstract DistanceMoment Measure(ReadOnlySpan<double> vector, Span<double> space, bool isRow);

    /// <summary>vᵀCv: Σ (v·(y − m))² over the rows y.</summary>
    private protected double Form(ReadOnlySpan<double> vector)
    {
        double sum = 0;
        int d = vector.Length;
        for (int i = 0; i < d; i++)
        {
            // Row i to the right of the diagonal stands for its column too.
            ReadOnlySpan<double> row = _coMoments.AsSpan((i * d) + i, d - i);
            double product = (2 * TensorPrimitives.Dot(row, vector[i..])) - (row[0] * vector[i]);
            sum += vector[i] * product;
        }

        return Math.Max(0, sum);
    }
}
