using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

/// <summary>Rows with something in them that an adapter can find.</summary>
internal static class PlantedData
{
    public static EmbeddingMatrix Normal(int rows, int dimensions, int seed)
    {
        Random random = new(seed);
        EmbeddingMatrix result = new(rows, dimensions);
        foreach (ref float value in result.Values)
        {
            value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return result;
    }

    /// <summary>Pairs of a row and the same row rotated by a fixed rotation of each two neighbouring dimensions, with noise: a linear map of one side undoes it.</summary>
    public static (EmbeddingMatrix Anchors, EmbeddingMatrix Positives) Rotated(int rows, int dimensions, int seed, double angle = 1.2, float noise = 0.05f)
    {
        EmbeddingMatrix anchors = Normal(rows, dimensions, seed), positives = Normal(rows, dimensions, seed + 1000);
        (float sin, float cos) = ((float)Math.Sin(angle), (float)Math.Cos(angle));
        for (int i = 0; i < rows; i++)
        {
            Span<float> a = anchors.Row(i), p = positives.Row(i);
            for (int j = 0; j + 1 < dimensions; j += 2)
            {
                (p[j], p[j + 1]) = ((noise * p[j]) + (cos * a[j]) - (sin * a[j + 1]), (noise * p[j + 1]) + (sin * a[j]) + (cos * a[j + 1]));
            }
        }

        return (anchors, positives);
    }

    public static AdapterTrainingData Pairs(int rows, int dimensions, int seed)
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Rotated(rows, dimensions, seed);
        return AdapterTrainingData.FromPairs(anchors, positives);
    }

    public static AdapterTrainingResult Fit(AdapterTrainingData data, AdapterTrainerOptions options, AdapterTrainingData? validation = null, IProgress<AdapterTrainingProgress>? progress = null) =>
        new AdapterTrainer(options).Fit(data, validation, progress, TestContext.Current.CancellationToken);

    public static float[] Weights(AdapterTrainingResult result) => result.Adapter.Parameters.ToArray();

    /// <summary>The share of queries whose own passage has the largest cosine.</summary>
    public static double FoundFirst(EmbeddingMatrix queries, EmbeddingMatrix passages)
    {
        int found = 0;
        for (int i = 0; i < queries.Rows; i++)
        {
            int best = 0;
            for (int j = 1; j < passages.Rows; j++)
            {
                best = Cosine(queries, i, passages, j) > Cosine(queries, i, passages, best) ? j : best;
            }

            found += best == i ? 1 : 0;
        }

        return (double)found / queries.Rows;
    }

    private static float Cosine(EmbeddingMatrix a, int i, EmbeddingMatrix b, int j) => TensorPrimitives.CosineSimilarity<float>(a.Row(i), b.Row(j));
}
