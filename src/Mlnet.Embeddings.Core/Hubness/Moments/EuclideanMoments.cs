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
                sums[i].Add(block.Slice(i * rows, rows), rightSquares.AsSpan(0, rows), leftSquares[i], own);
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

    /// <summary>Sums of lengths around the first block's mean length, so that their squares lose no digits.</summary>
    private struct LengthSum
    {
        private double _pivot;
        private bool _started;
        private double _sum;
        private double _squares;

        /// <summary>Adds lengths.</summary>
        /// <param name="products">x·y for rows y, all centred; written over.</param>
        /// <param name="squares">‖y‖².</param>
        /// <param name="square">‖x‖².</param>
        /// <param name="own">Which of the rows is x itself; anything else where none is.</param>
        public void Add(Span<float> products, ReadOnlySpan<float> squares, float square, int own)
        {
            TensorPrimitives.MultiplyAdd(products, -2f, squares, products);
            TensorPrimitives.Add(products, square, products);
            TensorPrimitives.Max(products, 0f, products);
            TensorPrimitives.Sqrt(products, products);
            if (!_started)
            {
                (_started, _pivot) = (true, TensorPrimitives.Sum<float>(products) / products.Length);
            }

            if ((uint)own < (uint)products.Length)
            {
                // The pivot adds nothing to either sum.
                products[own] = (float)_pivot;
            }

            TensorPrimitives.Subtract(products, (float)_pivot, products);
            _sum += TensorPrimitives.Sum<float>(products);
            _squares += TensorPrimitives.SumOfSquares<float>(products);
        }

        public readonly DistanceMoment Moment(int count) =>
            count == 0 ? default : new(count, (float)_pivot + (_sum / count), Math.Max(0, _squares - (_sum * _sum / count)));
    }
}
