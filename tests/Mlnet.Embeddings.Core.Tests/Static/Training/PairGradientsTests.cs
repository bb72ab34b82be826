using Mlnet.Embeddings.Static;
using Mlnet.Embeddings.Static.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Static.Training;

/// <summary>The gradients of the trainer against central differences of a textbook loss in double.</summary>
public class PairGradientsTests
{
    private const int Vocabulary = 12;
    private const int Dimensions = 6;
    private const double Temperature = 0.3;

    private static readonly TokenizedPair[] Pairs =
    [
        new([1, 2], [3], ""), new([4, 4, 5], [6, 7], ""), new([8], [9, 1, 10], ""), new([1, 2], [11], ""), new([0], [5, 6], ""),
    ];

    public static TheoryData<int[]> Prefixes => [new int[] { 6 }, new int[] { 2, 6 }, new int[] { 1, 3, 6 }];

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void Gradients_of_token_vectors_agree_with_central_differences(int[] prefixes)
    {
        float[] table = Table(3);
        double[] exact = [.. table.Select(value => (double)value)];

        (double loss, float[] gradient) = Analytic(table, Pairs, prefixes);

        Assert.Equal(TextbookLoss(exact, Pairs, prefixes), loss, 1e-5);
        for (int i = 0; i < exact.Length; i++)
        {
            double numeric = CentralDifference(exact, i, prefixes);
            Assert.True(Math.Abs(numeric - gradient[i]) <= 1e-3 * Math.Max(0.05, Math.Abs(numeric)), $"token {i / Dimensions}, dimension {i % Dimensions}: {gradient[i]} is not {numeric}");
        }
    }

    [Fact]
    public void A_pair_of_the_same_text_is_no_negative()
    {
        // Pairs 0 and 3 have the left side in common.
        PairBatch batch = Batch(Pairs);

        Assert.Equal([(0, 3), (3, 0)], batch.Masked.Order());
    }

    [Fact]
    public void A_text_whose_vector_is_zero_gives_no_gradient_that_is_not_finite()
    {
        float[] table = Table(3);
        table.AsSpan(0, Dimensions).Clear();

        (double loss, float[] gradient) = Analytic(table, Pairs, [6]);

        Assert.True(double.IsFinite(loss));
        Assert.All(gradient, value => Assert.True(float.IsFinite(value)));
    }

    private static (double Loss, float[] Gradient) Analytic(float[] table, TokenizedPair[] pairs, int[] prefixes)
    {
        PairBatch batch = Batch(pairs);
        PairGradients gradients = new(new StaticModelTrainerOptions { Dimensions = Dimensions, BatchSize = pairs.Length, Temperature = Temperature, Threads = 2 });
        double loss = gradients.Evaluate(table, batch, prefixes);
        TokenSums sums = new(Vocabulary);
        sums.Index(batch.Left, batch.Right);
        float[] result = new float[table.Length];
        for (int i = 0; i < sums.Seen.Count; i++)
        {
            sums.Backward(i, gradients.OfTexts, result.AsSpan(sums.Seen[i] * Dimensions, Dimensions));
        }

        return (loss, result);
    }

    private static PairBatch Batch(TokenizedPair[] pairs)
    {
        PairBatch batch = new();
        batch.Fill(pairs);
        return batch;
    }

    private static float[] Table(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, Vocabulary * Dimensions).Select(_ => (float)((2 * random.NextDouble()) - 1))];
    }

    private static double CentralDifference(double[] table, int i, int[] prefixes)
    {
        const double step = 1e-5;
        double value = table[i];
        table[i] = value + step;
        double above = TextbookLoss(table, Pairs, prefixes);
        table[i] = value - step;
        double below = TextbookLoss(table, Pairs, prefixes);
        table[i] = value;
        return (above - below) / (2 * step);
    }

    private static double TextbookLoss(double[] table, TokenizedPair[] pairs, int[] prefixes) => prefixes.Average(width =>
    {
        double[][] left = [.. pairs.Select(pair => Unit(table, pair.Left, width))];
        double[][] right = [.. pairs.Select(pair => Unit(table, pair.Right, width))];
        double loss = 0;
        for (int i = 0; i < pairs.Length; i++)
        {
            int[] others = [.. Enumerable.Range(0, pairs.Length).Where(j => j == i || !(pairs[i].Left.SequenceEqual(pairs[j].Left) || pairs[i].Right.SequenceEqual(pairs[j].Right)))];
            double own = Dot(left[i], right[i]) / Temperature;
            loss += Math.Log(others.Sum(j => Math.Exp(Dot(left[i], right[j]) / Temperature))) - own;
            loss += Math.Log(others.Sum(j => Math.Exp(Dot(left[j], right[i]) / Temperature))) - own;
        }

        return loss / (2 * pairs.Length);
    });

    private static double[] Unit(double[] table, int[] tokens, int width)
    {
        double[] mean = [.. Enumerable.Range(0, width).Select(i => tokens.Average(token => table[(token * Dimensions) + i]))];
        double length = Math.Sqrt(Dot(mean, mean));
        return [.. mean.Select(value => value / length)];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
