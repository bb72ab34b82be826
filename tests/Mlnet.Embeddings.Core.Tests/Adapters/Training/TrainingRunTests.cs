using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

/// <summary>What happens around the steps: stopping, taking up again, streaming, holding out.</summary>
public class TrainingRunTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    public void A_training_that_was_stopped_and_taken_up_again_ends_with_the_same_weights(double validationShare)
    {
        AdapterTrainingData data = PlantedData.Pairs(300, 8, seed: 3);
        using TemporaryFile file = new();
        AdapterTrainerOptions options = Options(validationShare, null), kept = Options(validationShare, file.Path);
        AdapterTrainingResult whole = PlantedData.Fit(data, options);

        int runs = 0;
        AdapterTrainingResult? broken = null;
        while (broken is null)
        {
            // Each run may go some steps further, so that it is stopped at many places: within an epoch, at its end, and right after a checkpoint.
            Assert.True(++runs < 50);
            using CancellationTokenSource source = new();
            try
            {
                broken = new AdapterTrainer(kept).Fit(data, null, new StopAfter(source, reports: 2), source.Token);
            }
            catch (AdapterTrainingCanceledException e)
            {
                Assert.True(e.Result.Steps > 0);
                Assert.True(File.Exists(file.Path));
            }
        }

        Assert.True(runs > 3, $"It was stopped {runs - 1} times only.");
        Assert.Equal(PlantedData.Weights(whole), PlantedData.Weights(broken));
        Assert.Equal(whole.Curve.Points, broken.Curve.Points);
        Assert.False(File.Exists(file.Path));
    }

    [Fact]
    public void A_checkpoint_of_another_training_is_refused_with_what_differs()
    {
        using TemporaryFile file = Interrupted();
        AdapterTrainerOptions other = Options(0, file.Path);
        other.LearningRate = 0.5;

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => PlantedData.Fit(PlantedData.Pairs(300, 8, seed: 3), other));
        Assert.Contains("rate 0.01", error.Message, StringComparison.Ordinal);
        Assert.Contains("rate 0.5", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => PlantedData.Fit(PlantedData.Pairs(300, 8, seed: 4), Options(0, file.Path)));
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_and_never_crashes()
    {
        using TemporaryFile file = Interrupted();
        AdapterTrainingData data = PlantedData.Pairs(300, 8, seed: 3);
        using CancellationTokenSource source = new();
        source.Cancel();
        Fuzz.Damage(
            File.ReadAllBytes(file.Path),
            damaged =>
            {
                using (FileStream target = File.Create(file.Path))
                {
                    damaged.CopyTo(target);
                }

                // What is not refused ends at once.
                try
                {
                    new AdapterTrainer(Options(0, file.Path)).Fit(data, null, null, source.Token);
                }
                catch (AdapterTrainingCanceledException)
                {
                }
            },
            rounds: 120);
    }

    [Fact]
    public void Every_epoch_takes_each_example_once()
    {
        AdapterTrainingResult result = PlantedData.Fit(PlantedData.Pairs(300, 8, seed: 3), Options(0, null));

        Assert.Equal([15, 30, 45, 60, 75, 90, 105], result.Curve.Points.Select(p => p.Step));
    }

    [Fact]
    public void Cancelling_leaves_the_best_adapter_so_far_in_the_exception()
    {
        AdapterTrainingData data = PlantedData.Pairs(300, 8, seed: 3);
        using CancellationTokenSource source = new();

        OperationCanceledException thrown = Assert.ThrowsAny<OperationCanceledException>(() => new AdapterTrainer(Options(0.2, null)).Fit(data, null, new StopAfter(source, reports: 6), source.Token));

        AdapterTrainingResult result = Assert.IsType<AdapterTrainingCanceledException>(thrown).Result;
        Assert.True(result.BestEpoch > 0);
        Assert.Contains(PlantedData.Weights(result), w => w != 0);
    }

    [Fact]
    public void Streamed_examples_give_the_weights_of_cached_ones_where_the_window_holds_all()
    {
        AdapterTrainingData cached = PlantedData.Pairs(300, 8, seed: 3), streamed = AdapterTrainingData.FromBlocks(Blocks(300));
        AdapterTrainerOptions options = Options(0, null);

        AdapterTrainingResult once = PlantedData.Fit(cached, options), again = PlantedData.Fit(streamed, options);

        Assert.Equal(PlantedData.Weights(once), PlantedData.Weights(again));
        Assert.Equal(300, again.TrainingExamples);
    }

    [Fact]
    public void Examples_beyond_the_window_stream_by_each_once_an_epoch_and_a_stopped_training_finds_its_place()
    {
        AdapterTrainingData streamed = AdapterTrainingData.FromBlocks(Blocks(300));
        using TemporaryFile file = new();
        AdapterTrainerOptions options = Options(0.2, null), kept = Options(0.2, file.Path);
        (options.WindowBatches, kept.WindowBatches) = (3, 3);
        AdapterTrainingResult whole = PlantedData.Fit(streamed, options);
        Assert.Equal(300, whole.TrainingExamples + whole.ValidationExamples);
        Assert.InRange(whole.ValidationExamples, 30, 90);

        using CancellationTokenSource source = new();
        Assert.Throws<AdapterTrainingCanceledException>(() => new AdapterTrainer(kept).Fit(streamed, null, new StopAfter(source, reports: 2), source.Token));
        Assert.Equal(PlantedData.Weights(whole), PlantedData.Weights(PlantedData.Fit(streamed, kept)));
    }

    [Fact]
    public void The_epoch_of_the_smallest_validation_loss_is_kept_and_the_training_ends_after_patience_without_a_smaller_one()
    {
        // Few examples and a large rate: the adapter soon knows them by heart.
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = PlantedData.Rotated(60, 24, seed: 5, noise: 1);
        AdapterTrainerOptions options = new() { Architecture = new MlpArchitecture([64]), LearningRate = 0.02, BatchSize = 24, Epochs = 60, Patience = 2, ValidationShare = 0.3, WeightDecay = 0 };

        AdapterTrainingResult result = PlantedData.Fit(AdapterTrainingData.FromPairs(anchors, positives), options);

        Assert.True(result.StoppedEarly);
        Assert.Equal(result.Curve.Points.MinBy(p => p.ValidationLoss).Epoch, result.BestEpoch);
        Assert.Equal(result.BestEpoch + 2, result.Curve.Points[^1].Epoch);
    }

    [Fact]
    public void What_learns_nothing_of_use_says_so_and_is_the_identity()
    {
        // Training draws rows to others; the validation pairs are best left alone.
        EmbeddingMatrix rows = PlantedData.Normal(80, 12, seed: 5), others = PlantedData.Normal(80, 12, seed: 6);
        AdapterTrainerOptions options = new() { LearningRate = 0.1, Architecture = new TwoTowerArchitecture(new LowRankArchitecture(4), new IdentityArchitecture()), Patience = 2, Loss = new CosineError() };
        float[] ones = new float[80];
        Array.Fill(ones, 1);
        AdapterTrainingData validation = AdapterTrainingData.FromPairs(rows, rows, ones);

        AdapterTrainingResult result = PlantedData.Fit(AdapterTrainingData.FromPairs(rows, others, ones), options, validation);

        Assert.True(result.LearntNothing);
        Assert.Equal(rows.Values.ToArray(), result.Adapter.Apply(rows).Values.ToArray());
    }

    [Fact]
    public void A_training_that_leaves_the_range_of_numbers_says_so_with_the_last_good_adapter()
    {
        AdapterTrainerOptions options = new() { LearningRate = 1e30, Architecture = new MlpArchitecture([8]), ValidationShare = 0, ClipNorm = double.PositiveInfinity };

        AdapterTrainingDivergedException error = Assert.Throws<AdapterTrainingDivergedException>(() => PlantedData.Fit(PlantedData.Pairs(300, 8, seed: 3), options));

        Assert.Contains("Lower the learning rate", error.Message, StringComparison.Ordinal);
        Assert.All(PlantedData.Weights(error.Result), w => Assert.True(float.IsFinite(w)));
    }

    [Fact]
    public void The_curve_is_written_as_csv()
    {
        AdapterTrainingResult result = PlantedData.Fit(PlantedData.Pairs(100, 8, seed: 3), Options(0.2, null));
        using TemporaryFile file = new();
        result.Curve.SaveCsv(file.Path);
        string[] lines = File.ReadAllLines(file.Path);
        Assert.Equal("epoch,step,loss,validation_loss,learning_rate", lines[0]);
        Assert.StartsWith("0,0,,", lines[1], StringComparison.Ordinal);
        Assert.Equal(result.Curve.Points.Count + 1, lines.Length);
    }

    private static TemporaryFile Interrupted()
    {
        TemporaryFile file = new();
        using CancellationTokenSource source = new();
        Assert.Throws<AdapterTrainingCanceledException>(() => new AdapterTrainer(Options(0, file.Path)).Fit(PlantedData.Pairs(300, 8, seed: 3), null, new StopAfter(source, reports: 2), source.Token));
        return file;
    }

    private static AdapterTrainerOptions Options(double validationShare, string? checkpoint) => new()
    {
        Architecture = new BottleneckArchitecture(6, AdapterActivation.Gelu),
        LearningRate = 0.01,
        BatchSize = 20,
        Epochs = 7,
        ValidationShare = validationShare,
        Patience = 100,
        CheckpointPath = checkpoint,
        CheckpointEvery = 7,
    };

    private static IEnumerable<AdapterTrainingData> Blocks(int rows)
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = PlantedData.Rotated(rows, 8, seed: 3);
        float[] a = new float[37 * 8], p = new float[37 * 8];
        for (int first = 0; first < rows; first += 37)
        {
            // The same buffers for each block, as a reader of files has them.
            int count = Math.Min(37, rows - first);
            anchors.Values.Slice(first * 8, count * 8).CopyTo(a);
            positives.Values.Slice(first * 8, count * 8).CopyTo(p);
            yield return AdapterTrainingData.FromPairs(new EmbeddingMatrix(a, count, 8), new EmbeddingMatrix(p, count, 8));
        }
    }

    private sealed class StopAfter(CancellationTokenSource source, int reports) : IProgress<AdapterTrainingProgress>
    {
        private int _seen;

        public void Report(AdapterTrainingProgress value)
        {
            if (++_seen == reports)
            {
                source.Cancel();
            }
        }
    }
}
