using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Clustering;

/// <summary>
/// Greedy k-means++ (Arthur and Vassilvitskii, 2007): each next centroid is a row drawn with probability proportional to its squared distance from the nearest one so
/// far; of 2 + ⌊ln k⌋ such candidates the one that lowers the sum of these distances most is taken.
/// </summary>
internal sealed class KMeansSeeding(EmbeddingMatrix rows, KMeansOptions options)
{
    private readonly double[] _nearest = new double[rows.Rows];
    private readonly float[] _norms = Norms(rows);

    public EmbeddingMatrix Draw(MersenneTwister random, CancellationToken cancellationToken)
    {
        EmbeddingMatrix centroids = new(options.Clusters, rows.Dimensions);
        Array.Fill(_nearest, double.PositiveInfinity);
        Take(random.NextAtMost(rows.Rows - 1), centroids.Row(0));
        int[] candidates = new int[2 + (int)Math.Log(options.Clusters)];
        for (int c = 1; c < options.Clusters; c++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double total = TensorPrimitives.Sum<double>(_nearest);
            for (int i = 0; i < candidates.Length; i++)
            {
                candidates[i] = Draw(random, total);
            }

            Take(Best(candidates), centroids.Row(c));
        }

        return centroids;
    }

    private static float[] Norms(EmbeddingMatrix rows)
    {
        float[] norms = new float[rows.Rows];
        for (int i = 0; i < norms.Length; i++)
        {
            norms[i] = TensorPrimitives.SumOfSquares<float>(rows.Row(i));
        }

        return norms;
    }

    private int Draw(MersenneTwister random, double total)
    {
        if (total <= 0)
        {
            return random.NextAtMost(rows.Rows - 1);
        }

        double left = random.NextDouble() * total;
        int last = 0;
        for (int i = 0; i < _nearest.Length; i++)
        {
            if (_nearest[i] > 0)
            {
                last = i;
                left -= _nearest[i];
                if (left < 0)
                {
                    return i;
                }
            }
        }

        return last;
    }

    private int Best(int[] candidates)
    {
        float[] vectors = new float[candidates.Length * rows.Dimensions];
        for (int i = 0; i < candidates.Length; i++)
        {
            rows.Row(candidates[i]).CopyTo(vectors.AsSpan(i * rows.Dimensions));
        }

        float[] products = new float[rows.Rows * candidates.Length];
        MatrixProduct.MultiplyByTransposed(rows.Values, vectors, products, rows.Rows, rows.Dimensions, candidates.Length, threads: options.Threads);
        int best = 0;
        double lowest = double.PositiveInfinity;
        for (int c = 0; c < candidates.Length; c++)
        {
            double sum = 0;
            for (int i = 0; i < rows.Rows; i++)
            {
                double distance = Math.Max(0, _norms[i] + _norms[candidates[c]] - (2 * products[(i * candidates.Length) + c]));
                sum += Math.Min(_nearest[i], distance);
            }

            if (sum < lowest)
            {
                (lowest, best) = (sum, c);
            }
        }

        return candidates[best];
    }

    // Distances proper here, not from products: a row equal to a centroid must have exactly 0 left, or it would be drawn again.
    private void Take(int row, Span<float> centroid)
    {
        rows.Row(row).CopyTo(centroid);
        for (int i = 0; i < _nearest.Length; i++)
        {
            float distance = TensorPrimitives.Distance<float>(rows.Row(i), rows.Row(row));
            _nearest[i] = Math.Min(_nearest[i], (double)distance * distance);
        }
    }
}
