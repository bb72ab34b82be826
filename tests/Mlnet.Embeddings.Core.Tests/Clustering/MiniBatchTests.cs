using System.Text.Json;
using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Core.Tests.Golden;
using Mlnet.Embeddings.Numerics;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Clustering;

public class MiniBatchTests
{
    // The second has more clusters than rows enough for them, so starved ones are renewed; the third's batch is larger than the data.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Batches_and_clusters_are_those_of_scikit_learn(int golden)
    {
        JsonElement expected = GoldenFile.ScikitLearn.GetProperty("mini_batches")[golden];
        float[] x = expected.GetProperty("x").Floats();

        KMeans found = KMeans.Fit(new EmbeddingMatrix(x, x.Length / 3, 3), new()
        {
            Clusters = expected.GetProperty("clusters").GetInt32(),
            BatchSize = expected.GetProperty("batch").GetInt32(),
            Distance = VectorDistance.Euclidean,
            MaxIterations = 100,
            Seed = 42,
        }, TestContext.Current.CancellationToken);

        Assert.Equal(expected.GetProperty("labels").Ints(), found.Labels);
        Assert.Equal(expected.GetProperty("iterations").GetInt32(), found.Iterations);
        float[] centroids = expected.GetProperty("centroids").Floats();
        for (int i = 0; i < centroids.Length; i++)
        {
            Assert.Equal(centroids[i], found.Centroids.Values[i], 1e-4f);
        }
    }

    [Fact]
    public void With_the_cosine_distance_centroids_have_length_1()
    {
        float[] values = [.. Enumerable.Range(0, 300).Select(i => MathF.Sin(i * i))];

        KMeans found = KMeans.Fit(new EmbeddingMatrix(values, 100, 3), new() { Clusters = 5, BatchSize = 20 }, TestContext.Current.CancellationToken);

        for (int c = 0; c < 5; c++)
        {
            Assert.Equal(1, found.Centroids.Row(c).ToArray().Sum(v => (double)v * v), 1e-5);
        }
    }

    [Fact]
    public void A_batch_of_no_rows_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => KMeans.Fit(new EmbeddingMatrix(9, 2), new() { BatchSize = 0 }, TestContext.Current.CancellationToken));
}
