using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Clustering;

/// <summary>
/// Mini-batch k-means (Sculley, 2010): each step draws a batch and moves the centroids to the running means of the rows they were given so far. Seeding on a sample,
/// renewal of starved centroids and the stop after ten steps without improvement are scikit-learn's, with its order of draws, so that the same seed takes the same batches.
/// </summary>
internal sealed class MiniBatchRun(EmbeddingMatrix rows, KMeansOptions options, int batchSize, MersenneTwister random)
{
    private const int PatienceSteps = 10;
    private const double StarvedShare = 0.01;
    private readonly EmbeddingMatrix _batch = new(batchSize, rows.Dimensions);
    private readonly int[] _labels = new int[batchSize];
    private readonly double[] _weights = new double[options.Clusters];
    private readonly double[] _sums = new double[options.Clusters * rows.Dimensions];
    private readonly int[] _sizes = new int[options.Clusters];
    private double _smoothed = double.NaN;
    private double _lowest = double.PositiveInfinity;
    private int _withoutImprovement;
    private long _sinceRenewal;

    public KMeans Fit(CancellationToken cancellationToken)
    {
        EmbeddingMatrix centroids = Seed(cancellationToken);
        long steps = (long)options.MaxIterations * rows.Rows / batchSize;
        long step = 0;
        bool converged = false;
        while (!converged && step < steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DrawRows(_batch);
            bool renew = IsRenewalDue();
            double inertia = Inertia(_batch, centroids, _labels);
            Move(centroids);
            if (renew)
            {
                RenewStarved(centroids);
            }

            converged = IsWithoutImprovement(step++, inertia / batchSize);
        }

        int[] labels = new int[rows.Rows];
        double total = Inertia(rows, centroids, labels);
        return new(centroids, labels, total, (int)((((step * batchSize) - 1) / rows.Rows) + 1), converged, options);
    }

    // Of the seedings of several samples the one that fits a further sample best.
    private EmbeddingMatrix Seed(CancellationToken cancellationToken)
    {
        int size = Math.Min(rows.Rows, 3 * (3 * batchSize < options.Clusters ? options.Clusters : batchSize));
        EmbeddingMatrix judge = new(size, rows.Dimensions);
        DrawRows(judge);
        int[] labels = new int[size];
        EmbeddingMatrix? best = null;
        double lowest = double.PositiveInfinity;
        for (int run = 0; run < options.Runs; run++)
        {
            EmbeddingMatrix sample = rows;
            if (size < rows.Rows)
            {
                sample = new(size, rows.Dimensions);
                DrawRows(sample);
            }

            EmbeddingMatrix centroids = new KMeansSeeding(sample, options).Draw(random, cancellationToken);
            double inertia = Inertia(judge, centroids, labels);
            if (best is null || inertia < lowest)
            {
                (best, lowest) = (centroids, inertia);
            }
        }

        return best!;
    }

    private void DrawRows(EmbeddingMatrix destination)
    {
        for (int i = 0; i < destination.Rows; i++)
        {
            rows.Row(random.NextAtMost(rows.Rows - 1)).CopyTo(destination.Row(i));
        }
    }

    private double Inertia(EmbeddingMatrix points, EmbeddingMatrix centroids, int[] labels)
    {
        NearestCentroid.Find(points, centroids, labels, options.Threads);
        double sum = 0;
        for (int i = 0; i < points.Rows; i++)
        {
            float distance = TensorPrimitives.Distance<float>(points.Row(i), centroids.Row(labels[i]));
            sum += (double)distance * distance;
        }

        return sum;
    }

    private void Move(EmbeddingMatrix centroids)
    {
        int d = rows.Dimensions;
        Array.Clear(_sums);
        Array.Clear(_sizes);
        for (int i = 0; i < batchSize; i++)
        {
            ReadOnlySpan<float> row = _batch.Row(i);
            Span<double> sum = _sums.AsSpan(_labels[i] * d, d);
            _sizes[_labels[i]]++;
            for (int j = 0; j < d; j++)
            {
                sum[j] += row[j];
            }
        }

        for (int c = 0; c < _sizes.Length; c++)
        {
            if (_sizes[c] == 0)
            {
                continue;
            }

            double weight = _weights[c] + _sizes[c];
            Span<float> centroid = centroids.Row(c);
            for (int j = 0; j < d; j++)
            {
                centroid[j] = (float)(((centroid[j] * _weights[c]) + _sums[(c * d) + j]) / weight);
            }

            _weights[c] = weight;
            if (options.Distance == VectorDistance.Cosine)
            {
                UnitRows.Scale(centroid, centroid);
            }
        }
    }

    // While some centroid has no row, and else once about ten rows a cluster were drawn.
    private bool IsRenewalDue()
    {
        _sinceRenewal += batchSize;
        if (!_weights.Contains(0) && _sinceRenewal < 10L * options.Clusters)
        {
            return false;
        }

        _sinceRenewal = 0;
        return true;
    }

    // Centroids with less than a hundredth of the rows of the largest become rows of the batch, half a batch of them at most.
    private void RenewStarved(EmbeddingMatrix centroids)
    {
        double least = StarvedShare * TensorPrimitives.Max<double>(_weights);
        int[] byWeight = [.. Enumerable.Range(0, _weights.Length).OrderBy(c => _weights[c])];
        int count = Math.Min(byWeight.Count(c => _weights[c] < least), batchSize / 2);
        if (count == 0)
        {
            return;
        }

        int[] starved = [.. byWeight.Take(count).Order()];
        int[] drawn = [.. Enumerable.Range(0, batchSize)];
        random.Shuffle<int>(drawn);
        double weight = _weights[byWeight[count]];
        for (int i = 0; i < count; i++)
        {
            _batch.Row(drawn[i]).CopyTo(centroids.Row(starved[i]));

            // Not zero, or they would be renewed again at once.
            _weights[starved[i]] = weight;
        }
    }

    // The first step only shows what the seeding was worth.
    private bool IsWithoutImprovement(long step, double inertia)
    {
        if (step == 0)
        {
            return false;
        }

        double alpha = Math.Min(1, batchSize * 2.0 / (rows.Rows + 1));
        _smoothed = double.IsNaN(_smoothed) ? inertia : (_smoothed * (1 - alpha)) + (inertia * alpha);
        if (_smoothed < _lowest)
        {
            _lowest = _smoothed;
            _withoutImprovement = 0;
            return false;
        }

        return ++_withoutImprovement >= PatienceSteps;
    }
}
