using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

public class NegativeReminingTests
{
    [Fact]
    public void Pairs_become_triplets_with_mined_negatives()
    {
        AdapterTrainingResult result = PlantedData.Fit(PlantedData.Pairs(120, 6, 1), Options(new(1000)));

        Assert.True(result.BestEpoch > 0);
        Assert.True(result.Curve.Points[^1].Loss < result.Curve.Points[1].Loss);
    }

    [Fact]
    public void Mining_anew_changes_what_is_learnt_and_is_seeded_with_any_number_of_threads()
    {
        AdapterTrainingData data = PlantedData.Pairs(120, 6, 1);

        float[] once = PlantedData.Weights(PlantedData.Fit(data, Options(new(1000)))), often = PlantedData.Weights(PlantedData.Fit(data, Options(new(3))));

        Assert.NotEqual(once, often);
        Assert.Equal(often, PlantedData.Weights(PlantedData.Fit(data, Options(new(3), threads: 1))));
    }

    [Fact]
    public void A_training_that_was_interrupted_between_minings_ends_with_the_same_weights()
    {
        AdapterTrainingData data = PlantedData.Pairs(120, 6, 1);
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        AdapterTrainerOptions options = Options(new(5));
        float[] unbroken = PlantedData.Weights(PlantedData.Fit(data, options));
        options.CheckpointPath = path;
        using CancellationTokenSource stop = new();

        // An epoch has seven steps: mined after five, stopped after seven.
        AdapterTrainingCanceledException canceled = Assert.Throws<AdapterTrainingCanceledException>(() => new AdapterTrainer(options).Fit(data, progress: new StopAfter(7, stop), cancellationToken: stop.Token));
        float[] resumed = PlantedData.Weights(PlantedData.Fit(data, options));

        Assert.NotNull(canceled);
        Assert.Equal(unbroken, resumed);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Judged_documents_are_searched_and_none_that_is_relevant_is_a_negative()
    {
        EmbeddingMatrix queries = PlantedData.Normal(40, 6, 1), documents = PlantedData.Normal(90, 6, 2);
        RelevanceJudgement[] judgements = [.. Enumerable.Range(0, 80).Select(i => new RelevanceJudgement(i % 40, i, 1))];

        AdapterTrainingResult result = PlantedData.Fit(AdapterTrainingData.FromRelevance(queries, documents, judgements), Options(new(4)));

        Assert.True(float.IsFinite(PlantedData.Weights(result)[0]));
    }

    [Fact]
    public void Data_that_negatives_cannot_be_mined_for_are_refused()
    {
        foreach (AdapterLossRows rows in new[] { AdapterLossRows.Labels, AdapterLossRows.ScoredPairs, AdapterLossRows.Negatives })
        {
            ArgumentException exception = Assert.Throws<ArgumentException>(() => PlantedData.Fit(AdapterCombinations.Data(rows, 20, 6), Options(new())));
            Assert.Contains("pairs or judgements in memory", exception.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => new NegativeRemining(miner: new() { Negatives = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NegativeRemining(0));
    }

    private static AdapterTrainerOptions Options(NegativeRemining remining, int threads = 2) => new()
    {
        Architecture = new LinearArchitecture(),
        Loss = new Triplet(0.5),
        Remining = remining,
        Epochs = 3,
        Patience = 9,
        BatchSize = 16,
        LearningRate = 0.02,
        Threads = threads,
    };

    private sealed class StopAfter(long steps, CancellationTokenSource stop) : IProgress<AdapterTrainingProgress>
    {
        public void Report(AdapterTrainingProgress value)
        {
            if (value.Step >= steps)
            {
                stop.Cancel();
            }
        }
    }
}
