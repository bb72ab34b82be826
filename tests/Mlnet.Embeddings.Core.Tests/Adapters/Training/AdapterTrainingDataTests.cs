using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

/// <summary>What cannot be learnt from is refused, with the row and a way out.</summary>
public class AdapterTrainingDataTests
{
    private static readonly EmbeddingMatrix Ten = PlantedData.Normal(10, 4, 1);

    [Fact]
    public void Rows_that_are_not_numbers_are_named()
    {
        EmbeddingMatrix bad = PlantedData.Normal(10, 4, 2);
        bad.Row(7)[3] = float.NaN;
        AssertSays("Row 7 of the positives holds NaN or infinity", () => AdapterTrainingData.FromPairs(Ten, bad));
        AssertSays("Row 7 of the rows holds NaN or infinity", () => AdapterTrainingData.FromLabels(bad, new int[10]));
        AssertSays("Row 7 of the negatives holds NaN or infinity", () => AdapterTrainingData.FromTriplets(Ten, Ten, bad));
        AssertSays("Row 7 of the documents holds NaN or infinity", () => AdapterTrainingData.FromRelevance(Ten, bad, [new(0, 0, 1)]));
        AssertSays("The score of row 1 is Infinity", () => AdapterTrainingData.FromPairs(Ten, Ten, [0, float.PositiveInfinity, 0, 0, 0, 0, 0, 0, 0, 0]));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_told()
    {
        AssertSays("There are 10 anchors and 9 positives", () => AdapterTrainingData.FromPairs(Ten, PlantedData.Normal(9, 4, 1)));
        AssertSays("There are 10 rows and 9 labels", () => AdapterTrainingData.FromLabels(Ten, new int[9]));
        AssertSays("There are 15 negatives of 4 dimensions for 10 anchors", () => AdapterTrainingData.FromTriplets(Ten, Ten, PlantedData.Normal(15, 4, 1)));
        AssertSays("no rows to train on", () => AdapterTrainingData.FromPairs(new EmbeddingMatrix(0, 4), new EmbeddingMatrix(0, 4)));
        AssertSays("no block of examples", () => AdapterTrainingData.FromBlocks([]));
    }

    [Fact]
    public void Labels_and_judgements_out_of_range_are_named()
    {
        AssertSays("The label of row 3 is -1; labels count from 0", () => AdapterTrainingData.FromLabels(Ten, [0, 1, 0, -1, 0, 0, 0, 0, 0, 0]));
        AssertSays("The label of row 1 is 2; with 2 classes labels are 0 to 1", () => AdapterTrainingData.FromLabels(Ten, [0, 2, 0, 0, 0, 0, 0, 0, 0, 0], classes: 2));
        AssertSays("Judgement 1 is", () => AdapterTrainingData.FromRelevance(Ten, Ten, [new(0, 0, 1), new(0, 10, 1)]));
        AssertSays("None of the 1 judgements has a relevance above 0", () => AdapterTrainingData.FromRelevance(Ten, Ten, [new(0, 0, 0)]));
    }

    [Fact]
    public void What_the_trainer_cannot_train_on_is_told_with_a_cure()
    {
        AssertSays("All 10 rows have the label 2", () => PlantedData.Fit(AdapterTrainingData.FromLabels(Ten, [2, 2, 2, 2, 2, 2, 2, 2, 2, 2]), new() { Architecture = new LowRankArchitecture(2) }));
        AssertSays("There are 1 examples to train on", () => PlantedData.Fit(AdapterTrainingData.FromPairs(PlantedData.Normal(1, 4, 1), PlantedData.Normal(1, 4, 1)), new() { Architecture = new LinearArchitecture() }));
        AssertSays("learns from ScoredPairs; these examples are Pairs", () => PlantedData.Fit(AdapterTrainingData.FromPairs(Ten, Ten), new() { Loss = new CoSent(), Architecture = new LinearArchitecture() }));
        AssertSays("one network cannot take both", () => PlantedData.Fit(AdapterTrainingData.FromPairs(Ten, PlantedData.Normal(10, 5, 1)), new() { Architecture = new LinearArchitecture() }));
        AssertSays("A rank of 32 is more than the 4 dimensions", () => PlantedData.Fit(AdapterTrainingData.FromPairs(Ten, Ten), new() { Architecture = new LowRankArchitecture() }));
        AssertSays("leaves nothing to train", () => PlantedData.Fit(AdapterTrainingData.FromPairs(Ten, Ten), new() { Architecture = new TwoTowerArchitecture(new IdentityArchitecture(), new IdentityArchitecture()) }));
        AssertSays("both must be alike", () => PlantedData.Fit(AdapterTrainingData.FromPairs(Ten, Ten), new() { Architecture = new LinearArchitecture() }, AdapterTrainingData.FromPairs(PlantedData.Normal(9, 5, 1), PlantedData.Normal(9, 5, 1))));
    }

    [Fact]
    public void A_query_stands_on_one_side_of_the_split_only()
    {
        // 200 pairs of 20 queries: whole queries are held out.
        EmbeddingMatrix queries = PlantedData.Normal(20, 4, 3), documents = PlantedData.Normal(200, 4, 4);
        AdapterTrainingData data = AdapterTrainingData.FromRelevance(queries, documents, [.. Enumerable.Range(0, 200).Select(i => new RelevanceJudgement(i % 20, i, 1))]);

        AdapterTrainingResult result = PlantedData.Fit(data, new() { Architecture = new LinearArchitecture(), Epochs = 1, ValidationShare = 0.22 });

        Assert.Equal(50, result.ValidationExamples);
        Assert.Equal(150, result.TrainingExamples);
    }

    [Fact]
    public void Classes_of_labelled_rows_are_learnt_and_the_classifier_knows_them()
    {
        EmbeddingMatrix rows = PlantedData.Normal(400, 6, 5), others = PlantedData.Normal(400, 6, 6);
        int[] labels = Labels(rows), wanted = Labels(others);

        AdapterTrainingResult result = PlantedData.Fit(AdapterTrainingData.FromLabels(rows, labels), new() { Architecture = new BottleneckArchitecture(24), LearningRate = 0.02, BatchSize = 32, Epochs = 40, Patience = 8, InputNoise = 0 });

        int right = result.Classifier!.Predict(others).Zip(wanted).Count(p => p.First == p.Second);
        Assert.True(right > 340, $"{right} of 400 are right.");
        Assert.Equal(6, result.Adapter.OutputDimensions);

        // The quadrant of the first two dimensions, of which no linear map knows when they are multiplied.
        static int[] Labels(EmbeddingMatrix rows) => [.. Enumerable.Range(0, rows.Rows).Select(i => rows.Row(i)[0] * rows.Row(i)[1] > 0 ? 1 : 0)];
    }

    private static void AssertSays(string expected, Action action)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(action);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
