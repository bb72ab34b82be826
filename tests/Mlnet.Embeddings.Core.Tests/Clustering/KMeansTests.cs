using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Numerics;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Clustering;

public class KMeansTests
{
    [Theory]
    [InlineData(VectorDistance.Cosine)]
    [InlineData(VectorDistance.Euclidean)]
    public void Clusters_far_apart_are_found_whatever_the_seed(VectorDistance distance)
    {
        (EmbeddingMatrix rows, int[] truth) = Blobs(600, 10, 5, spread: 0.1, seed: 1);
        for (int seed = 0; seed < 10; seed++)
        {
            KMeans found = Fit(rows, new() { Clusters = 5, Distance = distance, Seed = seed });
            Assert.Equal(1, VMeasure.Compute(truth, found.Labels).Value, 1e-12);
            Assert.True(found.Converged);
        }
    }

    [Theory]
    [InlineData(VectorDistance.Cosine)]
    [InlineData(VectorDistance.Euclidean)]
    public void Each_row_has_the_nearest_centroid_and_each_centroid_is_the_mean_of_its_rows(VectorDistance distance)
    {
        (EmbeddingMatrix rows, _) = Blobs(700, 8, 6, spread: 1, seed: 2);

        KMeans found = Fit(rows, new() { Clusters = 9, Distance = distance });

        Assert.True(found.Converged);
        double inertia = 0;
        double[][] sums = [.. Enumerable.Range(0, 9).Select(_ => new double[8])];
        for (int i = 0; i < rows.Rows; i++)
        {
            double[] row = distance == VectorDistance.Cosine ? Unit(rows.Row(i)) : [.. rows.Row(i).ToArray().Select(v => (double)v)];
            double[] distances = [.. Enumerable.Range(0, 9).Select(c => SquaredDistance(row, found.Centroids.Row(c)))];
            Assert.Equal(distances.Min(), distances[found.Labels[i]], 1e-5);
            inertia += distances[found.Labels[i]];
            for (int j = 0; j < 8; j++)
            {
                sums[found.Labels[i]][j] += row[j];
            }
        }

        Assert.Equal(inertia, found.Inertia, 1e-3 * inertia);
        for (int c = 0; c < 9; c++)
        {
            int size = found.Labels.Count(l => l == c);
            double scale = distance == VectorDistance.Cosine ? Math.Sqrt(sums[c].Sum(v => v * v)) : size;
            Assert.True(size > 0);
            for (int j = 0; j < 8; j++)
            {
                Assert.Equal(sums[c][j] / scale, found.Centroids.Row(c)[j], 1e-5);
            }
        }
    }

    [Fact]
    public void Assigning_the_fitted_rows_gives_their_clusters()
    {
        (EmbeddingMatrix rows, _) = Blobs(700, 8, 6, spread: 1, seed: 3);
        KMeans found = Fit(rows, new() { Clusters = 4 });
        Assert.Equal(found.Labels, found.Assign(rows));
    }

    [Fact]
    public void The_length_of_a_row_does_not_matter_to_the_cosine()
    {
        (EmbeddingMatrix rows, _) = Blobs(300, 8, 4, spread: 0.5, seed: 4);
        EmbeddingMatrix scaled = new([.. rows.Values], rows.Rows, rows.Dimensions);
        for (int i = 0; i < scaled.Rows; i++)
        {
            foreach (ref float value in scaled.Row(i))
            {
                // A power of two, so that scaling back loses nothing.
                value *= 1 << (i % 7);
            }
        }

        Assert.Equal(Fit(rows, new() { Clusters = 4 }).Labels, Fit(scaled, new() { Clusters = 4 }).Labels);
    }

    [Fact]
    public void The_seed_decides_the_clusters_and_the_threads_do_not()
    {
        (EmbeddingMatrix rows, _) = Blobs(3000, 12, 3, spread: 3, seed: 5);
        KMeans one = Fit(rows, new() { Clusters = 10, Threads = 1 });
        Assert.Equal(one.Labels, Fit(rows, new() { Clusters = 10, Threads = 4 }).Labels);
        Assert.NotEqual(one.Labels, Fit(rows, new() { Clusters = 10, Seed = 7 }).Labels);
    }

    [Fact]
    public void More_runs_never_end_worse()
    {
        (EmbeddingMatrix rows, _) = Blobs(400, 6, 9, spread: 1.5, seed: 6);
        Assert.True(Fit(rows, new() { Clusters = 9, Runs = 8 }).Inertia <= Fit(rows, new() { Clusters = 9, Runs = 1 }).Inertia);
    }

    [Theory]
    [InlineData(VectorDistance.Cosine)]
    [InlineData(VectorDistance.Euclidean)]
    public void More_clusters_than_different_rows_leave_some_empty_and_lose_nothing(VectorDistance distance)
    {
        EmbeddingMatrix rows = new([1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0], 6, 2);

        KMeans found = Fit(rows, new() { Clusters = 5, Distance = distance });

        Assert.True(found.Converged);
        Assert.Equal(0, found.Inertia, 1e-9);
        Assert.Equal(3, found.Labels.Distinct().Count());
    }

    [Fact]
    public void As_many_clusters_as_rows_put_each_row_alone()
    {
        (EmbeddingMatrix rows, _) = Blobs(20, 6, 2, spread: 1, seed: 7);
        Assert.Equal(20, Fit(rows, new() { Clusters = 20, Distance = VectorDistance.Euclidean }).Labels.Distinct().Count());
    }

    [Fact]
    public void A_cluster_that_loses_its_rows_takes_the_farthest_one()
    {
        // From these centroids the second gets no row; the row at 10 is farthest from the first.
        EmbeddingMatrix rows = new([0, 1, 2, 10], 4, 1);
        LloydRun run = new(rows, new() { Clusters = 2, Distance = VectorDistance.Euclidean });
        Assert.Equal([0, 0, 0, 1], run.Fit(new EmbeddingMatrix([1, 100], 2, 1), TestContext.Current.CancellationToken).Labels);
    }

    [Fact]
    public void Rows_that_cannot_be_clustered_are_refused()
    {
        Assert.Contains("3 rows; 4 clusters", Assert.Throws<ArgumentException>(() => Fit(new(3, 2), new() { Clusters = 4 })).Message, StringComparison.Ordinal);
        foreach (VectorDistance distance in Enum.GetValues<VectorDistance>())
        {
            EmbeddingMatrix rows = new([1, 2, float.NaN, 4], 2, 2);
            Assert.Contains("row 1 holds NaN", Assert.Throws<ArgumentException>(() => Fit(rows, new() { Clusters = 1, Distance = distance })).Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => Fit(new(3, 2), new() { Clusters = 1 }).Assign(new(1, 3)));
        Assert.Throws<OperationCanceledException>(() => KMeans.Fit(new(3, 2), new() { Clusters = 2 }, new(canceled: true)));
    }

    private static KMeans Fit(EmbeddingMatrix rows, KMeansOptions options) => KMeans.Fit(rows, options, TestContext.Current.CancellationToken);

    private static double[] Unit(ReadOnlySpan<float> row)
    {
        double[] values = [.. row.ToArray().Select(v => (double)v)];
        double norm = Math.Sqrt(values.Sum(v => v * v));
        return [.. values.Select(v => v / norm)];
    }

    private static double SquaredDistance(double[] x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int j = 0; j < x.Length; j++)
        {
            sum += (x[j] - y[j]) * (x[j] - y[j]);
        }

        return sum;
    }

    // Cluster c is spread about twice the c-th axis (from the last on, about minus it).
    private static (EmbeddingMatrix Rows, int[] Truth) Blobs(int count, int dimensions, int clusters, double spread, int seed)
    {
        Random random = new(seed);
        EmbeddingMatrix rows = new(count, dimensions);
        int[] truth = new int[count];
        for (int i = 0; i < count; i++)
        {
            truth[i] = i % clusters;
            for (int j = 0; j < dimensions; j++)
            {
                double center = j == truth[i] % dimensions ? (truth[i] < dimensions ? 2 : -2) : 0;
                rows.Row(i)[j] = (float)(center + (spread * ((random.NextDouble() * 2) - 1)));
            }
        }

        return (rows, truth);
    }
}
