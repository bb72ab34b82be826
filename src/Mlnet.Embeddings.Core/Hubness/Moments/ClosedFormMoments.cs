using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Moments of distances that follow from the mean m and the co-moments C of the rows, O(d²) a point whatever the number of rows.</summary>
internal abstract class ClosedFormMoments : DistanceMoments
{
    // As many vectors of some hundred dimensions stay in the second-level cache.
    private const int PointBlock = 32;

    private readonly double[] _mean;
    private readonly double[] _coMoments;

    private protected ClosedFormMoments(Whitening.Moments moments) => (Rows, _mean, _coMoments) = (moments, moments.Mean.ToArray(), moments.CoMoments.ToArray());

    /// <summary>The moments of the rows.</summary>
    private protected Whitening.Moments Rows { get; }

    private protected ReadOnlySpan<double> Mean => _mean;

    /// <summary>Whether points are taken around the mean.</summary>
    private protected abstract bool IsCentred { get; }

    public sealed override DistanceMoment[] Measure(ScaledPoints points, ParallelOptions parallel)
    {
        DistanceMoment[] result = new DistanceMoment[points.Count];
        Parallel.For(0, (points.Count + PointBlock - 1) / PointBlock, parallel, block =>
        {
            int first = block * PointBlock;
            MeasureBlock(points, first, result.AsSpan(first, Math.Min(PointBlock, points.Count - first)));
        });
        return result;
    }

    public sealed override void Write(TensorArchiveWriter writer) => MomentsFormat.Write(Rows, writer);

    /// <summary>The moment of one point.</summary>
    /// <param name="vector">The point, around the mean where <see cref="IsCentred"/> says so.</param>
    /// <param name="form">vᵀCv of it: Σ (v·(y − m))² over the rows y.</param>
    /// <param name="isRow">Whether it is one of the rows.</param>
    private protected abstract DistanceMoment Measure(ReadOnlySpan<double> vector, double form, bool isRow);

    private void MeasureBlock(ScaledPoints points, int first, Span<DistanceMoment> result)
    {
        int d = _mean.Length;
        double[] rented = ArrayPool<double>.Shared.Rent(result.Length * d);
        Span<double> forms = stackalloc double[PointBlock];
        for (int i = 0; i < result.Length; i++)
        {
            Span<double> vector = rented.AsSpan(i * d, d);
            TensorPrimitives.ConvertTruncating(points.Vector(first + i), vector);
            if (IsCentred)
            {
                TensorPrimitives.Subtract(vector, _mean, vector);
            }
        }

        WriteForms(rented.AsSpan(0, result.Length * d), forms[..result.Length]);
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Measure(rented.AsSpan(i * d, d), Math.Max(0, forms[i]), points.RowNumber(first + i) >= 0);
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    // Each row of C serves all points of the block while it is in the first-level cache.
    private void WriteForms(ReadOnlySpan<double> vectors, Span<double> forms)
    {
        int d = _mean.Length;
        forms.Clear();
        for (int i = 0; i < d; i++)
        {
            // Row i to the right of the diagonal stands for its column too.
            ReadOnlySpan<double> row = _coMoments.AsSpan((i * d) + i, d - i);
            for (int point = 0; point < forms.Length; point++)
            {
                ReadOnlySpan<double> rest = vectors.Slice((point * d) + i, d - i);
                forms[point] += rest[0] * ((2 * TensorPrimitives.Dot(row, rest)) - (row[0] * rest[0]));
            }
        }
    }
}
