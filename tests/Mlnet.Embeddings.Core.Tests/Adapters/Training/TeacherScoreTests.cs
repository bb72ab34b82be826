using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;
using Mlnet.Embeddings.Adapters.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

public class TeacherScoreTests
{
    private const int Examples = 6;
    private const int Negatives = 4;

    [Fact]
    public void Each_candidate_comes_with_its_own_score_whichever_negatives_are_drawn()
    {
        // A score says which row it is of: 100 · anchor, and + 1 + its number for a negative, as its vector does.
        EmbeddingMatrix rows = PlantedData.Normal(Examples, 2, 1), negatives = new(Examples * Negatives, 2);
        float[] scores = new float[Examples * (1 + Negatives)];
        for (int i = 0; i < Examples; i++)
        {
            for (int k = 0; k <= Negatives; k++)
            {
                scores[(i * (1 + Negatives)) + k] = (100 * i) + k;
                if (k > 0)
                {
                    negatives.Row((i * Negatives) + k - 1)[0] = (100 * i) + k;
                }
            }
        }

        TrainingBatch<double> batch = new();
        batch.Fill(AdapterTrainingData.FromTriplets(rows, rows, negatives, teacherScores: scores).Table!, [5, 0, 3], 2, new Random(3));
        CosineBatch<double> cosines = new();
        batch.Describe(cosines, CosineLayout.Crossed, excludesMates: true, new Random(1));

        int[] anchors = [5, 0, 3];
        for (int i = 0; i < anchors.Length; i++)
        {
            Assert.Equal(100 * anchors[i], cosines.Scores[(i * cosines.Candidates) + i]);
            for (int k = 0; k < 2; k++)
            {
                Assert.Equal(batch.Negative(i, k)[0], cosines.Scores[(i * cosines.Candidates) + 3 + (2 * i) + k]);
            }

            Assert.Equal(3, cosines.Scores.Slice(i * cosines.Candidates, cosines.Candidates).ToArray().Count(score => !double.IsNaN(score)));
        }
    }

    [Fact]
    public void Streamed_candidates_are_trained_on_as_those_in_memory_are()
    {
        AdapterTrainingData data = AdapterCombinations.Data(AdapterLossRows.ScoredCandidates, 40, 6);
        AdapterTrainerOptions options = new() { Architecture = new LinearArchitecture(), Loss = new SoftLabelDistillation(), Epochs = 2, BatchSize = 64, ValidationShare = 0 };

        double cached = PlantedData.Fit(data, options).Curve.Points[0].Loss, streamed = PlantedData.Fit(AdapterTrainingData.FromBlocks([data]), options).Curve.Points[0].Loss;

        Assert.Equal(cached, streamed, 1e-6);
    }

    [Fact]
    public void Distillation_brings_the_students_order_of_candidates_to_the_teachers()
    {
        EmbeddingMatrix anchors = PlantedData.Normal(200, 6, 1), first = PlantedData.Normal(200, 6, 2), second = PlantedData.Normal(200, 6, 3);
        float[] scores = new float[400];
        for (int i = 0; i < 200; i++)
        {
            // The teacher looks at the first dimension alone.
            (scores[2 * i], scores[(2 * i) + 1]) = (4 * anchors.Row(i)[0] * first.Row(i)[0], 4 * anchors.Row(i)[0] * second.Row(i)[0]);
        }

        AdapterTrainerOptions options = new() { Architecture = new LinearArchitecture(), Loss = new SoftLabelDistillation(0.2), Epochs = 30, BatchSize = 50, LearningRate = 0.02, ValidationShare = 0 };
        AdapterTrainingResult result = PlantedData.Fit(AdapterTrainingData.FromTriplets(anchors, first, second, teacherScores: scores), options);

        Assert.True(result.Curve.Points[^1].Loss < 0.5 * result.Curve.Points[0].Loss, $"{result.Curve.Points[0].Loss} to {result.Curve.Points[^1].Loss}");
    }

    [Fact]
    public void Scores_that_do_not_fit_are_refused()
    {
        EmbeddingMatrix rows = PlantedData.Normal(3, 2, 1);

        Assert.Contains("need 6", Assert.Throws<ArgumentException>(() => AdapterTrainingData.FromTriplets(rows, rows, rows, teacherScores: new float[3])).Message, StringComparison.Ordinal);
        Assert.Contains("score 1 of anchor 2", Assert.Throws<ArgumentException>(() => AdapterTrainingData.FromTriplets(rows, rows, rows, teacherScores: [0, 0, 0, 0, 0, float.NaN])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Negatives_that_are_all_masked_teach_nothing()
    {
        AdapterTrainerOptions options = new() { Architecture = new LinearArchitecture(), Loss = new InfoNce(), MaskNegativesAbove = -0.9999, Epochs = 2, BatchSize = 16, ValidationShare = 0, WeightDecay = 0 };

        AdapterTrainingResult result = PlantedData.Fit(PlantedData.Pairs(64, 6, 1), options);

        Assert.All(result.Curve.Points, point => Assert.Equal(0, point.Loss));
        Assert.All(PlantedData.Weights(result), weight => Assert.Equal(0, weight));
    }

    [Fact]
    public void Frozen_embeddings_of_unlike_size_have_no_cosine_to_mask_by()
    {
        AdapterTrainingData data = AdapterTrainingData.FromPairs(PlantedData.Normal(20, 4, 1), PlantedData.Normal(20, 6, 2));
        AdapterTrainerOptions options = new() { Architecture = new TwoTowerArchitecture(new MlpArchitecture([4], outputDimensions: 3), new MlpArchitecture([4], outputDimensions: 3)), MaskNegativesAbove = 0.9 };

        Assert.Contains(nameof(AdapterTrainerOptions.MaskNegativesAbove), Assert.Throws<ArgumentException>(() => PlantedData.Fit(data, options)).Message, StringComparison.Ordinal);
        options.MaskNegativesAbove = 2;
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdapterTrainer(options));
    }
}
