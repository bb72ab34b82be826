using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Clustering;

/// <summary>The centroid nearest to each row: the largest x·c − ‖c‖²/2, which the distance to x decreases with.</summary>
internal static class NearestCentroid
{
    private const int BlockRows = 512;

    public static void Find(EmbeddingMatrix rows, EmbeddingMatrix centroids, int[] labels, int threads)
    {
        float[] halfNorms = new float[centroids.Rows];
        for (int c = 0; c < halfNorms.Length; c++)
        {
            halfNorms[c] = TensorPrimitives.SumOfSquares<float>(centroids.Row(c)) / 2;
        }

        int blocks = (rows.Rows + BlockRows - 1) / BlockRows;
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new float[BlockRows * centroids.Rows], FindBlock, _ => { });

        float[] FindBlock(int block, ParallelLoopState state, float[] products)
        {
            int first = block * BlockRows;
            int count = Math.Min(BlockRows, rows.Rows - first);
            int d = rows.Dimensions;
            int k = centroids.Rows;
            MatrixProduct.MultiplyByTransposed(rows.Values.Slice(first * d, count * d), centroids.Values, products.AsSpan(0, count * k), count, d, k);
            for (int i = 0; i < count; i++)
            {
                Span<float> row = products.AsSpan(i * k, k);
                TensorPrimitives.Subtract(row, halfNorms, row);
                labels[first + i] = TensorPrimitives.IndexOfMax<float>(row);
            }

            return products;
        }
    }
}
