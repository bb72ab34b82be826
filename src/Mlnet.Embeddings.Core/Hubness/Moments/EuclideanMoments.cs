using System.Numerics.Tensors;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Moments of lengths ‖x − y‖, which no moments of the rows give: each point is compared with each row, in blocks, O(n d) a point.</summary>
internal sealed class EuclideanMoments(NeighborIndex index) : DistanceMoments
{
    private const int PointBlock = 96;
    private const int RowBlock = 1024;

    // ‖x‖² + ‖y‖² − 2x·y loses digits where x and y are near: squares below this share of ‖x‖² are computed from differences.
    private const float NearShare = 1e-2f;

    public override DistanceMoment[] Measure(ScaledPoints points, ParallelOptions parallel)
    {
        DistanceMoment[] result = new DistanceMoment[points.Count];
        float[] centre = Centre();
        Parallel.For(0, (points.Count + PointBlock - 1) / PointBlock, parallel, block =>
        {
            int first = block * PointBlock;
            MeasureBlock(points, first, Math.Min(PointBlock, points.Count - first), centre, result, parallel.CancellationToken);
        });
        return result;
    }

    // The rows are saved with the index.
    public override void Write(TensorArchiveWriter writer)
    {
    }

    // Around the mean, lengths of squares stay small, and their differences keep digits.
    private float[] Centre()
    {
        double[] sum = new double[index.Dimensions];
        double[] row = new double[index.Dimensions];
        for (int i = 0; i < index.Count; i++)
        {
            TensorPrimitives.ConvertTruncating(index.Row(i), row);
            TensorPrimitives.Add(sum, row, sum);
        }

        TensorPrimitives.Divide(sum, index.Count, sum);
        float[] centre = new float[sum.Length];
        TensorPrimitives.ConvertTruncating<double, float>(sum, centre);
        return centre;
    }

    private void MeasureBlock(ScaledPoints points, int first, int count, float[] centre, DistanceMoment[] result, CancellationToken cancellationToken)
    {
        int d = index.Dimensions;
        float[] left = new float[count * d];
        float[] leftSquares = new float[count];
        for (int i = 0; i < count; i++)
        {
            leftSquares[i] = Centred(points.Vector(first + i), centre, left.AsSpan(i * d, d));
        }

        int width = Math.Min(RowBlock, index.Count);
        float[] right = new float[width * d];
        float[] rightSquares = new float[width];
        float[] products = new float[count * width];
        LengthSum[] sums = new LengthSum[count];
        for (int from = 0; from < index.Count; from += RowBlock)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int rows = Math.Min(RowBlock, index.Count - from);
            for (int i = 0; i < rows; i++)
            {
                rightSquares[i] = Centred(index.Row(from + i), centre, right.AsSpan(i * d, d));
            }

            Span<float> block = products.AsSpan(0, count * rows);
            MatrixProduct.MultiplyByTransposed(left, right.AsSpan(0, rows * d), block, count, d, rows);
            for (int i = 0; i < count; i++)
            {
                int own = points.RowNumber(first + i) - from;
                Span<float> squares = block.Slice(i * rows, rows);
                WriteSquares(squares, rightSquares.AsSpan(0, rows), leftSquares[i]);
                WriteNear(squares, points.Vector(first + i), from, NearShare * leftSquares[i]);
                sums[i].Add(squares, own);
            }
        }

        for (int i = 0; i < count; i++)
        {
            result[first + i] = sums[i].Moment(points.RowNumber(first + i) >= 0 ? index.Count - 1 : index.Count);
        }
    }

    private static float Centred(ReadOnlySpan<float> vector, float[] centre, Span<float> destination)
    {
        TensorPrimitives.Subtract(vector, centre, destination);
        return TensorPrimitives.SumOfSquares<float>(destination);
    }

    // From x·y for rows y to ‖x − y‖².
    private static void WriteSquares(Span<float> products, ReadOnlySpan<float> squares, float square)
    {
        TensorPrimitives.MultiplyAdd(products, -2f, squares, products);
        TensorPrimitives.Add(products, square, products);
    }

    private void WriteNear(Span<float> squares, ReadOnlySpan<float> vector, int firstRow, float near)
    {
        if (TensorPrimitives.Min<float>(squares) > near)
        {
            return;
        }

        for (int i = 0; i < squares.Length; i++)
        {
            if (squares[i] <= near)
            {
                squares[i] = (float)RowKernel.PreciseSquaredDistance(vector, index.Row(firstRow + i));
            }
        }
    }

    /// <summary>Sums of lengths around the first block's mean length, so that their squares lose no digits.</summary>
    private struct LengthSum
    {
        private double _pivot;
        private bool _started;
        private double _sum;
        private double _squares;

        /// <summary>Adds lengths.</summary>
        /// <param name="lengths">‖x − y‖² for rows y; written over.</param>
        /// <param name="own">Which of the rows is x itself; anything else where none is.</param>
        public void Add(Span<float> lengths, int own)
        {
            TensorPrimitives.Sqrt(lengths, lengths);
            if (!_started)
            {
                (_started, _pivot) = (true, TensorPrimitives.Sum<float>(lengths) / lengths.Length);
            }

            if ((uint)own < (uint)lengths.Length)
            {
                // The pivot adds nothing to either sum.
                lengths[own] = (float)_pivot;
            }

            TensorPrimitives.Subtract(lengths, (float)_pivot, lengths);
            _sum += TensorPrimitives.Sum<float>(lengths);
            _squares += TensorPrimitives.SumOfSquares<float>(lengths);
        }

        public readonly DistanceMoment Moment(int count) =>
            count == 0 ? default : new(count, (float)_pivot + (_sum / count), Math.Max(0, _squares - (_sum * _sum / count)));
    }
}
