using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

public class AdapterExtremesTests
{
    public static TheoryData<BatchStrategy> Strategies => [new ShuffledBatches(), new ClassAwareBatches(), new ClusteredBatches()];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void A_batch_of_more_than_there_are_is_a_batch_of_all(BatchStrategy strategy)
    {
        AdapterTrainingResult result = new AdapterTrainer(Options(o => (o.Batches, o.BatchSize, o.ValidationShare) = (strategy, int.MaxValue, 0))).Fit(Labelled(60), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, result.Steps);
    }

    [Fact]
    public void A_batch_of_more_than_stream_by_is_a_batch_of_all()
    {
        AdapterTrainingResult result = new AdapterTrainer(Options(o => (o.BatchSize, o.ValidationShare) = (int.MaxValue, 0))).Fit(AdapterTrainingData.FromBlocks([Pairs(30), Pairs(31)]), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, result.Steps);
    }

    [Theory]
    [InlineData(1e30, 32, 3)]
    [InlineData(1e300, 32, 3)]
    [InlineData(1e300, 1000, 1)]
    public void A_training_that_diverges_hands_over_numbers_where_nothing_is_held_out(double rate, int batchSize, int epochs)
    {
        AdapterTrainer trainer = new(Options(o => (o.LearningRate, o.BatchSize, o.Epochs, o.ValidationShare) = (rate, batchSize, epochs, 0)));
        AdapterTrainingDivergedException e = Assert.Throws<AdapterTrainingDivergedException>(() => trainer.Fit(Pairs(200), cancellationToken: TestContext.Current.CancellationToken));
        EmbeddingMatrix rows = Rows(5, 9);
        Assert.Equal(0, e.Result.BestEpoch);
        Assert.Equal(rows.Values.ToArray(), e.Result.Adapter.Apply(rows).Values.ToArray());
    }

    [Fact]
    public void A_tower_without_weights_does_not_diverge()
    {
        AdapterTrainer trainer = new(Options(o => (o.Architecture, o.ValidationShare) = (new TwoTowerArchitecture(new LinearArchitecture(), new IdentityArchitecture()), 0)));
        Assert.Equal(3, trainer.Fit(Pairs(60), cancellationToken: TestContext.Current.CancellationToken).BestEpoch);
    }

    [Theory]
    [InlineData(1e-25f)]
    [InlineData(1e25f)]
    public void Cosines_do_not_depend_on_how_long_vectors_are(float length)
    {
        Assert.Equal(FirstLoss(1), FirstLoss(length), 3);
    }

    [Theory]
    [InlineData(1e-25f)]
    [InlineData(1e30f)]
    public void Vectors_of_any_length_train_a_perceptron(float length)
    {
        AdapterTrainer trainer = new(Options(o => (o.Architecture, o.ValidationShare) = (new MlpArchitecture([8]), 0)));
        AdapterTrainingResult result = trainer.Fit(AdapterTrainingData.FromPairs(Rows(60, 1, length), Rows(60, 2, length)), cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(result.Curve.Points, point => Assert.True(double.IsFinite(point.Loss)));
    }

    [Theory]
    [InlineData(2_000_000_000)]
    [InlineData(int.MaxValue)]
    public void Labels_that_are_no_class_numbers_are_refused(int label)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => AdapterTrainingData.FromLabels(Rows(3, 1), [0, label, 1]));
        Assert.Contains("number the labels", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_that_stream_by_once_only_are_refused()
    {
        int passes = 0;
        IEnumerable<AdapterTrainingData> Blocks(int times)
        {
            if (passes++ < times)
            {
                yield return Pairs(40);
            }
        }

        AdapterTrainer trainer = new(Options(o => o.ValidationShare = 0));
        Assert.Contains("first time", Assert.Throws<ArgumentException>(() => trainer.Fit(AdapterTrainingData.FromBlocks(Blocks(1)), cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        passes = 0;
        Assert.Contains("batches", Assert.Throws<InvalidOperationException>(() => trainer.Fit(AdapterTrainingData.FromBlocks(Blocks(3)), cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    private static double FirstLoss(float length)
    {
        AdapterTrainer trainer = new(Options(_ => { }));
        EmbeddingMatrix anchors = Rows(40, 1, length), positives = Rows(40, 2, length);
        return trainer.Fit(AdapterTrainingData.FromPairs(anchors, positives), AdapterTrainingData.FromPairs(anchors, positives), cancellationToken: TestContext.Current.CancellationToken).Curve.Points[0].ValidationLoss;
    }

    private static AdapterTrainerOptions Options(Action<AdapterTrainerOptions> set)
    {
        AdapterTrainerOptions options = new() { Architecture = new LowRankArchitecture(4), Epochs = 3, Threads = 1 };
        set(options);
        return options;
    }

    private static AdapterTrainingData Labelled(int count) => AdapterTrainingData.FromLabels(Rows(count, 1), [.. Enumerable.Range(0, count).Select(i => i % 4)]);

    private static AdapterTrainingData Pairs(int count) => AdapterTrainingData.FromPairs(Rows(count, 1), Rows(count, 2));

    private static EmbeddingMatrix Rows(int count, int seed, float length = 1)
    {
        Random random = new(seed);
        return new([.. Enumerable.Range(0, count * 8).Select(_ => length * (random.NextSingle() - 0.5f))], count, 8);
    }
}
