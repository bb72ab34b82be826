using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;
using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Core.Tests.Adapters.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Mixing;

public class BatchMixingTests
{
    [Fact]
    public void A_mixed_row_is_the_mean_of_two_rows_with_the_shares_of_their_classes()
    {
        EmbeddingMatrix rows = PlantedData.Normal(12, 3, 1);
        int[] labels = [.. Enumerable.Range(0, 12)];
        TrainingBatch<double> batch = new();
        batch.Fill(AdapterTrainingData.FromLabels(rows, labels).Table!, labels, 0, new Random(1));

        new Mixup(0.5).Apply(batch, new Random(2));

        Assert.Contains(batch.LabelShares.ToArray(), share => share < 0.95);
        for (int i = 0; i < 12; i++)
        {
            double share = batch.LabelShares[i];
            Assert.InRange(share, 0.5, 1);
            for (int k = 0; k < 3; k++)
            {
                Assert.Equal((share * rows.Row(i)[k]) + ((1 - share) * rows.Row(batch.SecondLabels[i])[k]), batch.AnchorValues.Span[(3 * i) + k], 1e-12);
            }
        }
    }

    [Fact]
    public void The_softmax_over_classes_takes_mixed_labels_as_the_mean_of_both()
    {
        LinearClassTop<double> top = new(2, 3, smoothing: 0.1);
        double[] row = [0.4, -0.7];
        new double[] { 1, 0.5, -1, 0.3, 0.2, 0.7, 0.1, -0.2, 0.6 }.CopyTo(top.Network.Parameters, 0);

        Assert.Equal((0.7 * Loss(2, 2, 1)) + (0.3 * Loss(1, 1, 1)), Loss(2, 1, 0.7), 1e-14);

        double Loss(int label, int second, double share) => top.Evaluate(new(row, 1), new([label], [second], [share]), default, new double[9], 1, 1);
    }

    [Fact]
    public void A_mixed_negative_lies_between_two_of_its_anchors_own_and_counts_for_no_other_anchor()
    {
        EmbeddingMatrix anchors = PlantedData.Normal(4, 3, 1), positives = PlantedData.Normal(4, 3, 2), negatives = PlantedData.Normal(8, 3, 3);
        TrainingBatch<double> batch = new();
        batch.Fill(AdapterTrainingData.FromTriplets(anchors, positives, negatives).Table!, [0, 1, 2, 3], 2, new Random(1), extra: 1);

        new NegativeMixing(1).Apply(batch, new Random(2));

        CosineBatch<double> cosines = new();
        batch.Describe(cosines, CosineLayout.Crossed, excludesMates: true, new Random(1));
        for (int i = 0; i < 4; i++)
        {
            ReadOnlySpan<double> a = batch.Negative(i, 0), b = batch.Negative(i, 1), mixed = batch.Negative(i, 2);
            double angle = Angle(a, b);
            Assert.Equal(angle, Angle(a, mixed) + Angle(mixed, b), 1e-6);
            Assert.InRange(TensorPrimitives.Norm(mixed), Math.Min(TensorPrimitives.Norm(a), TensorPrimitives.Norm(b)) - 1e-12, Math.Max(TensorPrimitives.Norm(a), TensorPrimitives.Norm(b)) + 1e-12);
            for (int j = 0; j < 4; j++)
            {
                Assert.Equal(i != j, cosines.IsExcluded(j, 4 + (3 * i) + 2));
            }
        }
    }

    [Fact]
    public void An_anchor_with_one_given_negative_gets_no_mixed_one()
    {
        TrainingBatch<double> batch = new();
        batch.Fill(AdapterTrainingData.FromTriplets(PlantedData.Normal(3, 2, 1), PlantedData.Normal(3, 2, 2), PlantedData.Normal(3, 2, 3)).Table!, [0, 1, 2], 2, new Random(1), extra: 2);

        new NegativeMixing().Apply(batch, new Random(2));

        CosineBatch<double> cosines = new();
        batch.Describe(cosines, CosineLayout.Crossed, excludesMates: true, new Random(1));
        for (int i = 0; i < 3; i++)
        {
            Assert.True(cosines.IsExcluded(i, 3 + (3 * i) + 1) && cosines.IsExcluded(i, 3 + (3 * i) + 2));
        }
    }

    [Fact]
    public void A_fit_with_mixing_is_seeded_and_differs_from_one_without()
    {
        foreach ((BatchMixing mixing, AdapterLossRows rows) in new (BatchMixing, AdapterLossRows)[] { (new Mixup(), AdapterLossRows.Labels), (new NegativeMixing(), AdapterLossRows.Negatives) })
        {
            AdapterTrainingData data = AdapterCombinations.Data(rows, 60, 6);

            Assert.Equal(Weights(mixing), Weights(mixing));
            Assert.NotEqual(Weights(mixing), Weights(null));

            float[] Weights(BatchMixing? mixing) => PlantedData.Weights(PlantedData.Fit(data, new() { Mixing = mixing, Architecture = new LinearArchitecture(), Epochs = 2, BatchSize = 16 }));
        }
    }

    [Fact]
    public void Mixing_of_rows_that_it_cannot_mix_is_refused()
        => Assert.Contains("mixup(alpha=0.2)", Assert.Throws<ArgumentException>(() => PlantedData.Fit(PlantedData.Pairs(20, 4, 1), new() { Mixing = new Mixup() })).Message, StringComparison.Ordinal);

    [Fact]
    public void What_the_frozen_embeddings_put_too_near_is_no_negative()
    {
        // Rows 0 and 1 nearly alike on both sides, row 2 apart.
        float[] left = [1, 0, 1, 0.05f, 0, 1], right = [1, 0.1f, 1, 0, 0.1f, 1];
        LossFrame<float> frame = new(new InfoNce(1), 2, maskAbove: 0.9);
        frame.Batch.Reset(CosineLayout.Crossed, 3, 3);

        frame.SetBefore(left, right);

        Assert.True(frame.Batch.IsExcluded(0, 1) && frame.Batch.IsExcluded(1, 0));
        Assert.False(frame.Batch.IsExcluded(0, 0) || frame.Batch.IsExcluded(0, 2) || frame.Batch.IsExcluded(2, 0) || frame.Batch.IsExcluded(2, 2));
    }

    [Fact]
    public void Of_rows_with_a_class_near_ones_of_the_same_class_stay_positives()
    {
        float[] rows = [1, 0, 1, 0.05f, 1, 0.1f];
        LossFrame<float> frame = new(new SupervisedContrastive(), 2, maskAbove: 0.9);
        frame.Batch.Reset(CosineLayout.Self, 3, 3);
        frame.Batch.Labels[2] = 1;

        frame.SetBefore(rows, default);

        Assert.False(frame.Batch.IsExcluded(0, 1));
        Assert.True(frame.Batch.IsExcluded(0, 2) && frame.Batch.IsExcluded(2, 1));
    }

    private static double Angle(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Math.Acos(Math.Clamp(TensorPrimitives.CosineSimilarity(a, b), -1, 1));
}
