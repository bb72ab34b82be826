using System.Text.Json;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Core.Tests.Golden;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters;

public class SoftmaxHeadTests
{
    private static readonly SoftmaxHeadOptions Exact = new() { Tolerance = 1e-7, MaxIterations = 10_000 };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Coefficients_and_probabilities_are_those_of_scikit_learn(int golden)
    {
        JsonElement expected = GoldenFile.ScikitLearn.GetProperty("logistic_regression")[golden];
        int classes = expected.GetProperty("classes").GetInt32();
        EmbeddingMatrix features = new(expected.GetProperty("x").Floats(), 60, 5);
        SoftmaxHeadOptions options = new() { Strength = expected.GetProperty("strength").GetDouble(), Tolerance = 1e-7, MaxIterations = 10_000 };

        SoftmaxHead head = SoftmaxHead.Fit(features, expected.GetProperty("y").Ints(), classes, options, cancellationToken: TestContext.Current.CancellationToken);

        float[] weights = head.Weights.ToArray();
        float[] intercepts = head.Intercepts.ToArray();
        if (classes == 2)
        {
            weights = [.. weights[5..].Select(w => 2 * w)];
            intercepts = [2 * intercepts[1]];
        }

        AssertClose(expected.GetProperty("coefficients").Doubles(), weights, 2e-3);
        AssertClose(expected.GetProperty("intercepts").Doubles(), intercepts, 2e-3);
        AssertClose(expected.GetProperty("probabilities").Doubles(), head.PredictProbabilities(features).Values.ToArray(), 2e-4);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void The_objective_and_its_gradient_agree_with_the_textbook(int classes)
    {
        (EmbeddingMatrix features, int[] labels) = Blobs(700, 6, classes, seed: 3);
        SoftmaxLoss loss = new(features, labels, classes, strength: 2, threads: 1);
        Random random = new(4);
        double[] point = new double[loss.Parameters];
        for (int i = 0; i < point.Length; i++)
        {
            point[i] = (float)((random.NextDouble() * 2) - 1);
        }

        double[] gradient = new double[point.Length];
        double value = loss.Evaluate(point, gradient);

        Assert.Equal(Textbook(features, labels, classes, 2, point), value, 1e-6);
        for (int i = 0; i < point.Length; i++)
        {
            const double H = 1e-5;
            double[] up = [.. point];
            double[] down = [.. point];
            up[i] += H;
            down[i] -= H;
            double difference = (Textbook(features, labels, classes, 2, up) - Textbook(features, labels, classes, 2, down)) / (2 * H);
            Assert.Equal(difference, gradient[i], 1e-5);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void The_number_of_threads_does_not_change_a_bit(int classes)
    {
        (EmbeddingMatrix features, int[] labels) = Blobs(3000, 20, classes, seed: 5);

        SoftmaxHead one = Fit(features, labels, classes, new() { Threads = 1 });
        SoftmaxHead many = Fit(features, labels, classes, new() { Threads = 4 });

        Assert.Equal(one.Weights.ToArray(), many.Weights.ToArray());
        Assert.Equal(one.Intercepts.ToArray(), many.Intercepts.ToArray());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_warm_start_ends_at_the_same_head_in_fewer_iterations(int classes)
    {
        (EmbeddingMatrix features, int[] labels) = Blobs(400, 10, classes, seed: 6);
        SoftmaxHead cold = Fit(features, labels, classes, Exact);

        SoftmaxHead warm = SoftmaxHead.Fit(features, labels, classes, Exact, cold, TestContext.Current.CancellationToken);

        Assert.True(warm.Iterations < cold.Iterations / 2, $"Warm {warm.Iterations}, cold {cold.Iterations} iterations.");
        AssertClose([.. cold.Weights.ToArray().Select(w => (double)w)], warm.Weights.ToArray(), 2e-3);
    }

    [Fact]
    public void A_smaller_strength_gives_smaller_weights()
    {
        (EmbeddingMatrix features, int[] labels) = Blobs(200, 5, 3, seed: 7);
        double[] norms = [.. new[] { 0.01, 1, 100 }.Select(c => Fit(features, labels, 3, new() { Strength = c }).Weights.ToArray().Sum(w => (double)w * w))];
        Assert.True(norms[0] < norms[1] && norms[1] < norms[2], string.Join(" ", norms));
    }

    [Fact]
    public void One_vector_gives_the_probabilities_it_has_among_many_and_the_class_is_the_largest()
    {
        (EmbeddingMatrix features, int[] labels) = Blobs(1100, 9, 5, seed: 8);
        SoftmaxHead head = Fit(features, labels, 5, new());
        EmbeddingMatrix all = head.PredictProbabilities(features);
        int[] classes = head.Predict(features);
        float[] one = new float[5];
        for (int i = 0; i < features.Rows; i++)
        {
            head.PredictProbabilities(features.Row(i), one);
            Assert.Equal(all.Row(i).ToArray(), one);
            Assert.Equal(1, one.Sum(), 1e-5f);
            Assert.Equal(one.Max(), one[classes[i]]);
        }
    }

    [Fact]
    public void Large_values_and_a_class_without_rows_give_finite_probabilities()
    {
        EmbeddingMatrix features = new([1e4f, -1e4f, -1e4f, 1e4f, 2e4f, 0], 3, 2);

        SoftmaxHead head = Fit(features, [0, 1, 0], 3, new() { Strength = 1000 });

        Assert.All(head.PredictProbabilities(features).Values.ToArray(), p => Assert.True(float.IsFinite(p)));
        Assert.Equal([0, 1, 0], head.Predict(features));
    }

    [Fact]
    public void Bad_data_is_refused_with_the_row_named()
    {
        EmbeddingMatrix features = new([1, 2, float.NaN, 4], 2, 2);
        Assert.Contains("row 1 holds NaN", Assert.Throws<ArgumentException>(() => Fit(features, [0, 1], 2, new())).Message, StringComparison.Ordinal);
        Assert.Contains("row 1 is 2", Assert.Throws<ArgumentException>(() => Fit(new(2, 2), [0, 2], 2, new())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Fit(new(2, 2), [0], 2, new()));
        Assert.Throws<ArgumentException>(() => Fit(new(0, 2), [], 2, new()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new(1, 2), [0], 1, new()));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new(1, 2), [0], 2, new() { Strength = 0 }));
        SoftmaxHead head = Fit(new([1, 0, 0, 1], 2, 2), [0, 1], 2, new());
        Assert.Throws<ArgumentException>(() => head.Predict(new(1, 3)));
        Assert.Throws<ArgumentException>(() => SoftmaxHead.Fit(new(1, 3), [0], 2, start: head, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_cancelled_fit_ends()
    {
        (EmbeddingMatrix features, int[] labels) = Blobs(100, 5, 3, seed: 9);
        Assert.Throws<OperationCanceledException>(() => SoftmaxHead.Fit(features, labels, 3, cancellationToken: new(canceled: true)));
    }

    private static SoftmaxHead Fit(EmbeddingMatrix features, int[] labels, int classes, SoftmaxHeadOptions options) =>
        SoftmaxHead.Fit(features, labels, classes, options, cancellationToken: TestContext.Current.CancellationToken);

    private static double Textbook(EmbeddingMatrix features, int[] labels, int classes, double strength, double[] point)
    {
        int d = features.Dimensions;
        int outputs = classes == 2 ? 1 : classes;
        double loss = 0;
        for (int i = 0; i < features.Rows; i++)
        {
            double[] logits = new double[classes];
            for (int k = 0; k < outputs; k++)
            {
                double sum = point[(outputs * d) + k];
                for (int j = 0; j < d; j++)
                {
                    sum += point[(k * d) + j] * features.Row(i)[j];
                }

                logits[classes == 2 ? 1 : k] = sum;
            }

            loss += Math.Log(logits.Sum(Math.Exp)) - logits[labels[i]];
        }

        return (loss / features.Rows) + (point.Take(outputs * d).Sum(w => w * w) / (2 * strength * features.Rows));
    }

    private static (EmbeddingMatrix Features, int[] Labels) Blobs(int rows, int dimensions, int classes, int seed)
    {
        Random random = new(seed);
        EmbeddingMatrix features = new(rows, dimensions);
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = random.Next(classes);
            for (int j = 0; j < dimensions; j++)
            {
                features.Row(i)[j] = (float)((random.NextDouble() * 4) - 2) + (j == labels[i] ? 1.5f : 0);
            }
        }

        return (features, labels);
    }

    private static void AssertClose(double[] expected, float[] actual, double relative)
    {
        Assert.Equal(expected.Length, actual.Length);
        double tolerance = relative * Math.Max(1, expected.Max(Math.Abs));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"Value {i} is {actual[i]}, expected {expected[i]}.");
        }
    }
}
