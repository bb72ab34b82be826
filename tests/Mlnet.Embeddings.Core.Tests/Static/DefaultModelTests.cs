using System.Numerics.Tensors;
using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Static;

public class DefaultModelTests
{
    [Fact]
    public void It_is_opened_once_and_gives_unit_vectors_of_256_values()
    {
        EmbeddingModel model = EmbeddingModel.Default;
        float[] vector = model.Encode("My card was declined at the shop.");

        Assert.Same(model, EmbeddingModel.Default);
        Assert.Equal(256, vector.Length);
        Assert.Equal(1, TensorPrimitives.Norm<float>(vector), 1e-5);
        Assert.Equal("static-en", model.Space.ModelName);
    }

    [Fact]
    public void Using_and_disposing_it_leaves_it_usable()
    {
        using (EmbeddingModel model = EmbeddingModel.Default)
        {
            model.Encode("once");
        }

        Assert.NotEqual(0, TensorPrimitives.Norm<float>(EmbeddingModel.Default.Encode("twice")));
    }

    [Theory]
    [InlineData("How do I reset my password?", "I forgot my password and cannot log in.", "The soup needs more salt.")]
    [InlineData("The parcel has not arrived yet.", "My delivery is late.", "He plays the violin.")]
    public void A_text_is_nearer_to_its_paraphrase_than_to_something_else(string text, string paraphrase, string other)
    {
        EmbeddingMatrix vectors = EmbeddingModel.Default.Encode([text, paraphrase, other], TestContext.Current.CancellationToken);

        float near = TensorPrimitives.Dot<float>(vectors.Row(0), vectors.Row(1));
        float far = TensorPrimitives.Dot<float>(vectors.Row(0), vectors.Row(2));
        Assert.True(near > far + 0.1f, $"{near} against {far}");
    }

    [Fact]
    public void It_stays_under_eight_megabytes()
    {
        long bytes = EmbeddingModel.Default.Files!.Sum(file => file.Value.LongLength);

        Assert.InRange(bytes, 1, 8_000_000);
    }

    [Fact]
    public void It_keeps_its_score_on_STS_B()
    {
        string[][] rows = [.. File.ReadLines(SharedFolder.PathOf("data/sts/stsbenchmark/sts-test.csv")).Select(line => line.Split('\t'))];
        ScoredPairs pairs = new([.. rows.Select(row => row[5])], [.. rows.Select(row => row[6])], [.. rows.Select(row => double.Parse(row[4], System.Globalization.CultureInfo.InvariantCulture))]);

        double spearman = StsEvaluation.Run(EmbeddingModel.Default, pairs, cancellationToken: TestContext.Current.CancellationToken).MainScore;

        Assert.True(spearman >= 0.72, $"Spearman {spearman:f4}");
    }
}
