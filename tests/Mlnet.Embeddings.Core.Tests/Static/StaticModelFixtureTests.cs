using System.Globalization;
using System.Text.Json;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Static;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Static;

/// <summary>Model2Vec's own test models, in each form it stores them, against the vectors it computes.</summary>
public class StaticModelFixtureTests
{
    private static readonly string Long = string.Join(' ', Enumerable.Repeat("hello", 1000));

    [Theory]
    [InlineData("test-model-float32", 1e-5)]
    [InlineData("test-model-sentence-transformers", 1e-5)]
    [InlineData("test-model-float16", 2e-4)] // the reference is of float32 rows: half precision moves it by so much
    [InlineData("test-model-int8", 2e-2)] // and signed bytes by so much
    public void Each_storage_form_gives_the_reference_vectors(string name, double tolerance)
    {
        StaticModel model = Open(name);
        AssertClose(Reference("embeddings_short.json"), model.Encode("hello world"), tolerance);
        AssertClose(Reference("embeddings_long.json"), model.Encode(Long), tolerance);
    }

    [Fact]
    public void A_vocabulary_quantized_model_gives_the_reference_vector() =>
        AssertClose(Reference("embeddings_vocab_quantized.json"), Open("test-model-vocab-quantized").Encode(Long), 1e-5);

    [Theory]
    [InlineData("test-model-float16", 2)]
    [InlineData("test-model-int8", 1)]
    public void Reduced_precision_rows_are_averaged_exactly(string name, int bytes)
    {
        StaticModel model = Open(name);
        byte[] file = File.ReadAllBytes(SharedFolder.PathOf($"models/model2vec_fixtures/{name}/model.safetensors"));
        double[] sum = new double[2];
        foreach (int id in model.Tokenizer.Encode("hello world, and a few more words"))
        {
            for (int i = 0; i < 2; i++)
            {
                int place = 8 + BitConverter.ToInt32(file) + (((id * 2) + i) * bytes);
                sum[i] += bytes == 2 ? (double)BitConverter.ToHalf(file, place) : (sbyte)file[place];
            }
        }

        double length = Math.Sqrt((sum[0] * sum[0]) + (sum[1] * sum[1]));
        AssertClose([(float)(sum[0] / length), (float)(sum[1] / length)], model.Encode("hello world, and a few more words"), 1e-6);
    }

    [Fact]
    public void Potion_scores_as_published_on_the_sts_benchmark()
    {
        string[][] rows = [.. File.ReadLines(SharedFolder.PathOf("data/sts/stsbenchmark/sts-test.csv")).Select(l => l.Split('\t')).Where(r => r.Length >= 7)];
        StaticModel model = StaticModel.FromFolder(SharedFolder.PathOf("models/potion-base-2M"));
        ScoredPairs pairs = new([.. rows.Select(r => r[5])], [.. rows.Select(r => r[6])], [.. rows.Select(r => double.Parse(r[4], CultureInfo.InvariantCulture))]);
        EvaluationResult result = StsEvaluation.Run(model, pairs, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1379, result.N);
        Assert.InRange(result.MainScore, 0.727, 0.729);
    }

    private static StaticModel Open(string name) => StaticModel.FromFolder(SharedFolder.PathOf("models/model2vec_fixtures/" + name));

    private static float[] Reference(string name) =>
        JsonSerializer.Deserialize<float[][]>(File.ReadAllBytes(SharedFolder.PathOf("models/model2vec_fixtures/" + name)))![0];

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"Value {i} is {actual[i]}, not {expected[i]}.");
        }
    }
}
