using Mlnet.Embeddings.Adapters.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

/// <summary>Scores of classes above adapted rows, in double against textbook values and central differences.</summary>
public class ClassTopTests
{
    private const int Rows = 5;
    private const int Dimensions = 6;
    private const int Classes = 4;
    private const double Scale = 7;
    private const double Step = 1e-5;

    private static readonly int[] Labels = [2, 0, 3, 2, 1];

    private static ClassTargets<double> Targets => new(Labels, [], []);

    public static TheoryData<string, double> Kinds => new() { { "linear", 0 }, { "linear", 0.2 }, { "cosine", 0 }, { "cosine", 0.2 } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_loss_is_the_textbook_cross_entropy(string kind, double smoothing)
    {
        ClassTop<double> top = Top(kind, smoothing);
        double[] rows = Values(Rows * Dimensions, seed: 1);

        double loss = top.Evaluate(new(rows, Rows), Targets, default, default, weight: 3, threads: 1);

        double expected = Enumerable.Range(0, Rows).Average(i => TextbookLoss(top, kind, smoothing, rows[(i * Dimensions)..((i + 1) * Dimensions)], Labels[i]));
        Assert.Equal(3 * expected, loss, 1e-10);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Gradients_agree_with_central_differences(string kind, double smoothing)
    {
        ClassTop<double> top = Top(kind, smoothing);
        double[] rows = Values(Rows * Dimensions, seed: 1), rowGradients = new double[rows.Length], parameterGradients = new double[top.Network.Parameters.Length];

        top.Evaluate(new(rows, Rows), Targets, rowGradients, parameterGradients, weight: 3, threads: 1);

        Check(rows, rowGradients);
        Check(top.Network.Parameters, parameterGradients);

        void Check(double[] point, double[] gradients)
        {
            for (int i = 0; i < point.Length; i++)
            {
                double at = point[i];
                point[i] = at + Step;
                double above = Loss();
                point[i] = at - Step;
                double below = Loss();
                point[i] = at;
                Assert.Equal((above - below) / (2 * Step), gradients[i], 1e-7);
            }
        }

        double Loss() => top.Evaluate(new(rows, Rows), Targets, default, default, weight: 3, threads: 1);
    }

    [Fact]
    public void Gradients_are_added_to_what_is_there()
    {
        ClassTop<double> top = Top("cosine", 0);
        double[] rows = Values(Rows * Dimensions, seed: 1), once = new double[rows.Length], twice = new double[rows.Length];
        double[] onceParameters = new double[top.Network.Parameters.Length], twiceParameters = new double[onceParameters.Length];

        top.Evaluate(new(rows, Rows), Targets, once, onceParameters, weight: 1, threads: 1);
        top.Evaluate(new(rows, Rows), Targets, twice, twiceParameters, weight: 1, threads: 1);
        top.Evaluate(new(rows, Rows), Targets, twice, twiceParameters, weight: 1, threads: 2);

        Assert.All(once.Zip(twice), pair => Assert.Equal(2 * pair.First, pair.Second, 1e-12));
        Assert.All(onceParameters.Zip(twiceParameters), pair => Assert.Equal(2 * pair.First, pair.Second, 1e-12));
    }

    private static ClassTop<double> Top(string kind, double smoothing)
    {
        ClassTop<double> top = kind == "linear" ? new LinearClassTop<double>(Dimensions, Classes, smoothing) : new CosineClassTop<double>(new float[Classes * Dimensions], Classes, Scale, smoothing);
        Values(top.Network.Parameters.Length, seed: 2).CopyTo(top.Network.Parameters, 0);
        return top;
    }

    private static double TextbookLoss(ClassTop<double> top, string kind, double smoothing, double[] row, int label)
    {
        double[] p = top.Network.Parameters;
        double[] scores = [.. Enumerable.Range(0, Classes).Select(c => kind == "linear"
            ? p[(Dimensions * Classes) + c] + Enumerable.Range(0, Dimensions).Sum(j => row[j] * p[(j * Classes) + c])
            : Scale * Cosine(row, p[(c * Dimensions)..((c + 1) * Dimensions)]))];
        double logSum = Math.Log(scores.Sum(Math.Exp));
        return scores.Select((score, c) => ((smoothing / Classes) + (c == label ? 1 - smoothing : 0)) * (logSum - score)).Sum();
    }

    private static double Cosine(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));

    private static double[] Values(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextDouble()) - 1)];
    }
}
