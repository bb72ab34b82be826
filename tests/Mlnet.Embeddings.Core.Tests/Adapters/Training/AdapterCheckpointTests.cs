using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

public class AdapterCheckpointTests
{
    public static TheoryData<string> Changes => ["scores", "negatives", "judgements", "validation"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_checkpoint_of_examples_that_differ_in_anything_is_refused(string change)
    {
        using TemporaryFile file = new();
        Interrupt(file.Path, Examples(change, 1), Validation(change, 1), () => { });
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Trainer(file.Path).Fit(Examples(change, 2), Validation(change, 2), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("another training", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told_before_the_first_step()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "state");
        int reports = 0;
        DirectoryNotFoundException e = Assert.Throws<DirectoryNotFoundException>(() => Trainer(path).Fit(Examples("", 1), progress: new Told(_ => reports++), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Equal(0, reports);
    }

    [Fact]
    public void Who_cancels_gets_the_adapter_even_where_the_checkpoint_cannot_be_written()
    {
        using TemporaryFile file = new();
        AdapterTrainingCanceledException e = Interrupt(file.Path, Examples("", 1), null, () => Directory.CreateDirectory(file.Path));
        Directory.Delete(file.Path);
        Assert.True(e.Result.Steps > 0);
        Assert.NotNull(e.InnerException);
        Assert.Contains("could not be written", e.Message, StringComparison.Ordinal);
    }

    private static AdapterTrainingCanceledException Interrupt(string path, AdapterTrainingData data, AdapterTrainingData? validation, Action before)
    {
        using CancellationTokenSource source = new();
        Told told = new(progress =>
        {
            if (progress.Step >= 20)
            {
                before();
                source.Cancel();
            }
        });
        return Assert.Throws<AdapterTrainingCanceledException>(() => Trainer(path).Fit(data, validation, told, source.Token));
    }

    private static AdapterTrainer Trainer(string path) => new(new() { Architecture = new LowRankArchitecture(2), Epochs = 9, BatchSize = 8, ValidationShare = 0, CheckpointPath = path, CheckpointEvery = 1_000_000, Threads = 1 });

    private static AdapterTrainingData Examples(string change, int seed) => change switch
    {
        "scores" => AdapterTrainingData.FromPairs(Rows(1), Rows(2), [.. Enumerable.Range(0, 200).Select(i => (float)(i * seed))]),
        "negatives" => AdapterTrainingData.FromTriplets(Rows(1), Rows(2), Rows(2 + seed)),
        "judgements" => AdapterTrainingData.FromRelevance(Rows(1), Rows(2), [.. Enumerable.Range(0, 200).Select(i => new RelevanceJudgement(i, (i + seed) % 200, 1))]),
        _ => AdapterTrainingData.FromPairs(Rows(1), Rows(2)),
    };

    private static AdapterTrainingData? Validation(string change, int seed) => change == "validation" ? AdapterTrainingData.FromPairs(Rows(8), Rows(8 + seed)) : null;

    private static EmbeddingMatrix Rows(int seed)
    {
        Random random = new(seed);
        return new([.. Enumerable.Range(0, 1600).Select(_ => random.NextSingle() - 0.5f)], 200, 8);
    }

    private sealed class Told(Action<AdapterTrainingProgress> tell) : IProgress<AdapterTrainingProgress>
    {
        public void Report(AdapterTrainingProgress value) => tell(value);
    }
}
