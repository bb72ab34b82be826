using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

/// <summary>Adapters of rows with a class.</summary>
public class LabelledRowsTests
{
    private const int Classes = 3;

    [Fact]
    public void Classes_that_no_line_divides_are_learnt_and_told_apart()
    {
        (EmbeddingMatrix rows, int[] labels) = Rings(300, seed: 1);
        (EmbeddingMatrix others, int[] otherLabels) = Rings(300, seed: 2);

        AdapterTrainingResult result = PlantedData.Fit(AdapterTrainingData.FromLabels(rows, labels), new() { Epochs = 60, InputNoise = 0.05 });

        Assert.True(Accuracy(result.Classifier!.Predict(others), otherLabels) > 0.95);
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal(1, TensorPrimitives.Sum<float>(result.Classifier.Apply(others).Row(i)), 1e-5));
    }

    [Fact]
    public void Prototypes_start_at_the_mean_direction_of_their_class()
    {
        EmbeddingMatrix rows = new([3, 0, 0, 5, 0, -2], 3, 2);
        AdapterTrainingData data = AdapterTrainingData.FromLabels(rows, [0, 0, 1], classes: 3);
        TrainingSetup setup = new(new AdapterTrainerOptions { ValidationShare = 0 }.For(AdapterLossRows.Labels, 2), data, null, TestContext.Current.CancellationToken);

        float[] prototypes = setup.CreateModel().Networks[^1].Parameters;

        float[] expected = [(float)Math.Sqrt(0.5), (float)Math.Sqrt(0.5), 0, -1, 0, 0];
        Assert.All(expected.Zip(prototypes), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void Noise_is_a_share_of_the_spread_in_each_dimension_not_of_what_rows_have_in_common()
    {
        EmbeddingMatrix rows = PlantedData.Normal(4000, 3, seed: 3);
        for (int i = 0; i < rows.Rows; i++)
        {
            rows.Row(i)[0] += 100;
            rows.Row(i)[1] *= 0.01f;
        }

        EmbeddingMatrix disturbed = new(rows.Values.ToArray(), rows.Rows, 3);
        new RowNoise(0.5, AdapterTrainingData.FromLabels(rows, new int[rows.Rows]).Table!).Add(disturbed.Values, [], new Random(4));

        Assert.Equal(0.5, Spread(0), 0.02);
        Assert.Equal(0.005, Spread(1), 0.0002);
        Assert.Equal(0.5, Spread(2), 0.02);

        double Spread(int dimension) => Math.Sqrt(Enumerable.Range(0, rows.Rows).Average(i => Math.Pow(disturbed.Row(i)[dimension] - rows.Row(i)[dimension], 2)));
    }

    [Fact]
    public void Rows_without_a_label_help_where_few_have_one()
    {
        (EmbeddingMatrix rows, int[] labels) = Clouds(900, seed: 5);
        (EmbeddingMatrix others, int[] otherLabels) = Clouds(600, seed: 6);
        int[] few = [.. Enumerable.Range(0, 6)];
        EmbeddingMatrix labelled = Take(rows, few), unlabelled = Take(rows, [.. Enumerable.Range(6, 894)]);
        AdapterTrainerOptions options = new() { ValidationShare = 0 };

        AdapterTrainingResult alone = PlantedData.Fit(AdapterTrainingData.FromLabels(labelled, [.. few.Select(i => labels[i])], Classes), options);
        AdapterTrainingResult both = new PseudoLabelTrainer(options).Fit(labelled, [.. few.Select(i => labels[i])], unlabelled, Classes, null, TestContext.Current.CancellationToken);

        double before = Accuracy(alone.Classifier!.Predict(others), otherLabels), after = Accuracy(both.Classifier!.Predict(others), otherLabels);
        Assert.True(after > before + 0.03, $"{before} without, {after} with");
    }

    [Fact]
    public void Rows_without_a_label_of_another_size_are_refused()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new PseudoLabelTrainer().Fit(new(4, 3), [0, 1, 0, 1], new(2, 5), null, null, TestContext.Current.CancellationToken));

        Assert.Contains("5 dimensions", refused.Message, StringComparison.Ordinal);
    }

    // Classes lie around the origin in alternating sectors of the first two dimensions: each has two that face each other, so that class means say nothing.
    private static (EmbeddingMatrix Rows, int[] Labels) Rings(int count, int seed)
    {
        EmbeddingMatrix rows = PlantedData.Normal(count, 8, seed);
        int[] labels = new int[count];
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % Classes;
            double angle = (Math.PI / Classes * labels[i]) + (Math.PI * random.Next(2)) + (0.3 * (random.NextDouble() - 0.5));
            TensorPrimitives.Multiply(rows.Row(i), 0.1f, rows.Row(i));
            (rows.Row(i)[0], rows.Row(i)[1]) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }

        return (rows, labels);
    }

    // Classes are clouds around axes, so wide that the mean of few rows lies far from the axis.
    private static (EmbeddingMatrix Rows, int[] Labels) Clouds(int count, int seed)
    {
        EmbeddingMatrix rows = PlantedData.Normal(count, 32, seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % Classes)];
        for (int i = 0; i < count; i++)
        {
            rows.Row(i)[labels[i]] += 3;
        }

        return (rows, labels);
    }

    private static EmbeddingMatrix Take(EmbeddingMatrix rows, int[] chosen)
    {
        EmbeddingMatrix taken = new(chosen.Length, rows.Dimensions);
        for (int i = 0; i < chosen.Length; i++)
        {
            rows.Row(chosen[i]).CopyTo(taken.Row(i));
        }

        return taken;
    }

    private static double Accuracy(int[] found, int[] labels) => found.Zip(labels, (f, l) => f == l ? 1.0 : 0).Average();
}
