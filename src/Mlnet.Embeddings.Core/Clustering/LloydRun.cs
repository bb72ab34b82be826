using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Clustering;

/// <summary>One run of <see cref="KMeans"/>: seeding, then rounds of assigning and averaging until no row moves.</summary>
internal sealed class LloydRun(EmbeddingMatrix rows, KMeansOptions options)
{
    private readonly int[] _labels = new int[rows.Rows];
    private readonly int[] _sizes = new int[options.Clusters];
    private readonly double[] _sums = new double[options.Clusters * rows.Dimensions];

    /// <summary>Rounds from drawn seeds.</summary>
    public KMeans Fit(MersenneTwister random, CancellationToken cancellationToken) =>
        Fit(new KMeansSeeding(rows, options).Draw(random, cancellationToken), cancellationToken);

    /// <summary>Rounds from given centroids, which are moved.</summary>
    public KMeans Fit(EmbeddingMatrix centroids, CancellationToken cancellationToken)
    {
        int[] before = new int[rows.Rows];
        Array.Fill(before, -1);
        bool converged = false;
        int iterations = 0;
        while (!converged && iterations < options.MaxIterations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            NearestCentroid.Find(rows, centroids, _labels, options.Threads);
            FillEmptyClusters(centroids);
            converged = _labels.AsSpan().SequenceEqual(before);
            _labels.CopyTo(before, 0);
            Average(centroids);
            iterations++;
        }

        return new(centroids, _labels, Inertia(centroids), iterations, converged, options);
    }

    // A cluster that lost all rows takes the one that is farthest from its own centroid. Where every row lies on its centroid there is nothing to gain,
    // and the cluster stays empty: more clusters were asked for than there are different rows.
    private void FillEmptyClusters(EmbeddingMatrix centroids)
    {
        CountSizes();
        double[]? distances = null;
        for (int c = 0; c < _sizes.Length; c++)
        {
            if (_sizes[c] > 0)
            {
                continue;
            }

            distances ??= Distances(centroids);
            int farthest = TensorPrimitives.IndexOfMax<double>(distances);
            if (distances[farthest] <= 1e-12 * (1 + SquaredNorm(rows.Row(farthest))))
            {
                return;
            }

            _sizes[_labels[farthest]]--;
            _labels[farthest] = c;
            _sizes[c] = 1;
            distances[farthest] = 0;
        }
    }

    private void CountSizes()
    {
        Array.Clear(_sizes);
        foreach (int label in _labels)
        {
            _sizes[label]++;
        }
    }

    private void Average(EmbeddingMatrix centroids)
    {
        CountSizes();
        int d = rows.Dimensions;
        Array.Clear(_sums);
        for (int i = 0; i < rows.Rows; i++)
        {
            ReadOnlySpan<float> row = rows.Row(i);
            Span<double> sum = _sums.AsSpan(_labels[i] * d, d);
            for (int j = 0; j < d; j++)
            {
                sum[j] += row[j];
            }
        }

        for (int c = 0; c < _sizes.Length; c++)
        {
            if (_sizes[c] > 0)
            {
                Span<double> mean = _sums.AsSpan(c * d, d);
                TensorPrimitives.Divide(mean, _sizes[c], mean);
                TensorPrimitives.ConvertTruncating<double, float>(mean, centroids.Row(c));
                if (options.Distance == VectorDistance.Cosine)
                {
                    UnitRows.Scale(centroids.Row(c), centroids.Row(c));
                }
            }
        }
    }

    private double Inertia(EmbeddingMatrix centroids) => TensorPrimitives.Sum<double>(Distances(centroids));

    private double[] Distances(EmbeddingMatrix centroids)
    {
        double[] result = new double[rows.Rows];
        for (int i = 0; i < result.Length; i++)
        {
            float distance = TensorPrimitives.Distance<float>(rows.Row(i), centroids.Row(_labels[i]));
            result[i] = (double)distance * distance;
        }

        return result;
    }

    private static double SquaredNorm(ReadOnlySpan<float> row) => TensorPrimitives.SumOfSquares(row);
}
