using System.Numerics.Tensors;
using Mlnet.Embeddings.Static;
using Mlnet.Embeddings.Tokenization;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Static;

public class StaticModelTrainerTests
{
    private static readonly string[][] Topics =
    [
        ["card", "bank", "money", "account", "payment"],
        ["river", "fish", "boat", "water", "lake"],
        ["piano", "song", "violin", "tune", "choir"],
        ["tree", "leaf", "forest", "oak", "root"],
    ];

    private static readonly byte[] Tokenizer = WordPieceTokenizerJson.Write(["[PAD]", "[UNK]", "the", .. Topics.SelectMany(words => words)]);

    [Fact]
    public void Words_that_meet_in_pairs_come_to_lie_together()
    {
        EmbeddingMatrix vectors = Train(Options(), Pairs(3000));

        float within = Cosine(vectors, "card", "payment");
        float across = Cosine(vectors, "card", "forest");
        Assert.True(within > across + 0.4f, $"card and payment: {within}; card and forest: {across}");
    }

    [Fact]
    public void Neither_a_second_run_nor_the_number_of_threads_changes_a_bit()
    {
        StaticModelTrainerOptions four = Options();
        four.Threads = 4;

        float[] one = Train(Options(), Pairs(1000)).Values.ToArray();

        Assert.Equal(one, Train(Options(), Pairs(1000)).Values.ToArray());
        Assert.Equal(one, Train(four, Pairs(1000)).Values.ToArray());
    }

    [Fact]
    public void Another_seed_gives_other_vectors()
    {
        StaticModelTrainerOptions other = Options();
        other.Seed = 2;

        Assert.NotEqual(Train(Options(), Pairs(500)).Values.ToArray(), Train(other, Pairs(500)).Values.ToArray());
    }

    [Fact]
    public void A_word_of_every_text_is_damped()
    {
        StaticModelTrainerOptions options = Options();
        options.FrequencyDamping = 0.01;
        StaticModelTrainerOptions undamped = Options();
        undamped.FrequencyDamping = 0;
        int the = Ids().IdOf("the")!.Value;

        float damped = TensorPrimitives.Norm<float>(Train(options, Pairs(500)).Row(the));
        float plain = TensorPrimitives.Norm<float>(Train(undamped, Pairs(500)).Row(the));

        // Texts are "the" and two words of a topic, so that its share is a third: 0.01 / (0.01 + 1/3).
        Assert.Equal(0.0291, damped / plain, 1e-3);
    }

    [Fact]
    public void Progress_ends_at_one_with_a_smaller_loss()
    {
        List<StaticTrainingProgress> reports = [];

        Train(Options(), Pairs(3000), new Reports(reports));

        StaticTrainingProgress[] training = [.. reports.Where(report => report.Pass > 0)];
        Assert.Equal(1, training[^1].Fraction);
        Assert.True(training[^1].Loss < training[0].Loss, $"{training[0].Loss} became {training[^1].Loss}");
        Assert.All(training.Zip(training.Skip(1)), pair => Assert.True(pair.First.Pairs <= pair.Second.Pairs));
    }

    [Fact]
    public void Cancelling_ends_the_training()
    {
        using CancellationTokenSource source = new();
        IEnumerable<TextPair> pairs = Pairs(1000).Select((pair, i) =>
        {
            if (i == 900)
            {
                source.Cancel();
            }

            return pair;
        });

        Assert.ThrowsAny<OperationCanceledException>(() => new StaticModelTrainer(Ids(), Options()).Train(pairs, cancellationToken: source.Token));
    }

    [Fact]
    public void Fewer_pairs_than_a_batch_are_refused_with_the_numbers()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => Train(Options(), [.. Pairs(20), new("unheard of", "the card")]));

        Assert.Contains("20 pairs", exception.Message);
        Assert.Contains("32", exception.Message);
    }

    [Fact]
    public void An_option_out_of_range_is_refused_by_its_name()
    {
        StaticModelTrainerOptions options = new() { Dimensions = 64, MatryoshkaDimensions = [128] };

        Assert.Contains("MatryoshkaDimensions", Assert.Throws<ArgumentException>(() => new StaticModelTrainer(Ids(), options)).Message);
    }

    [Theory]
    [InlineData(true, 0.02)]
    [InlineData(false, 1e-6)]
    public void A_written_folder_embeds_texts_as_the_mean_of_the_trained_vectors(bool asBytes, double tolerance)
    {
        EmbeddingMatrix vectors = Train(Options(), Pairs(500));
        string folder = Directory.CreateTempSubdirectory("static-model-").FullName;
        try
        {
            StaticModelWriter.Write(folder, Tokenizer, vectors, asBytes);
            StaticModel model = StaticModel.FromFolder(folder);
            float[] expected = new float[vectors.Dimensions];
            foreach (int id in Ids().Encode("the fish in the lake").Where(id => id != Ids().UnknownId))
            {
                TensorPrimitives.Add(expected, vectors.Row(id), expected);
            }

            TensorPrimitives.Divide(expected, TensorPrimitives.Norm<float>(expected), expected);
            Assert.Equal(expected, model.Encode("The fish in the lake"), (a, b) => Math.Abs(a - b) <= tolerance);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Vectors_that_are_not_finite_are_not_written()
    {
        EmbeddingMatrix vectors = new(2, 3);
        vectors.Row(1)[2] = float.NaN;

        Assert.Contains("token 1", Assert.Throws<ArgumentException>(() => StaticModelWriter.Write(Path.Combine(Path.GetTempPath(), "never-written"), Tokenizer, vectors)).Message);
    }

    private static StaticModelTrainerOptions Options() => new() { Dimensions = 24, BatchSize = 32, Passes = 1, Threads = 1, Temperature = 0.2, SingleSourceShare = 0 };

    private static WordPieceTokenizer Ids() => WordPieceTokenizer.FromJson(Tokenizer, "test");

    private static EmbeddingMatrix Train(StaticModelTrainerOptions options, IReadOnlyList<TextPair> pairs, IProgress<StaticTrainingProgress>? progress = null) =>
        new StaticModelTrainer(Ids(), options).Train(pairs, progress, TestContext.Current.CancellationToken);

    private static TextPair[] Pairs(int count)
    {
        Random random = new(9);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            string[] topic = Topics[random.Next(Topics.Length)];
            return new TextPair($"the {topic[random.Next(5)]} {topic[random.Next(5)]}", $"the {topic[random.Next(5)]} {topic[random.Next(5)]}");
        })];
    }

    private static float Cosine(EmbeddingMatrix vectors, string a, string b) =>
        TensorPrimitives.CosineSimilarity<float>(vectors.Row(Ids().IdOf(a)!.Value), vectors.Row(Ids().IdOf(b)!.Value));

    private sealed class Reports(List<StaticTrainingProgress> list) : IProgress<StaticTrainingProgress>
    {
        public void Report(StaticTrainingProgress value) => list.Add(value);
    }
}
