using System.Text.Json;
using Mlnet.Embeddings.Core.Tests.Golden;
using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class CorrelationTests
{
    private static readonly JsonElement Expected = GoldenFile.ScikitLearn.GetProperty("correlation");
    private static readonly double[] X = Expected.GetProperty("x").Doubles();
    private static readonly double[] Y = Expected.GetProperty("y").Doubles();

    [Fact]
    public void Correlations_and_ranks_with_ties_are_those_of_scipy()
    {
        Assert.Equal(Expected.GetProperty("pearson").GetDouble(), Correlation.Pearson(X, Y), 1e-12);
        Assert.Equal(Expected.GetProperty("spearman").GetDouble(), Correlation.Spearman(X, Y), 1e-12);
        Assert.Equal(Expected.GetProperty("ranks").Doubles(), new Ranking(X).MidRanks());
    }

    [Fact]
    public void A_constant_series_has_no_correlation()
    {
        Assert.True(double.IsNaN(Correlation.Pearson([1, 1, 1], [1, 2, 3])));
        Assert.True(double.IsNaN(Correlation.Spearman([1, 2, 3], [2, 2, 2])));
    }

    [Fact]
    public void Ranks_of_a_resample_are_those_of_the_values_written_out()
    {
        Random random = new(1);
        int[] counts = [.. X.Select(_ => random.Next(4))];
        List<double> written = [];
        for (int i = 0; i < X.Length; i++)
        {
            written.AddRange(Enumerable.Repeat(X[i], counts[i]));
        }

        double[] expected = new Ranking([.. written]).MidRanks();
        double[] ranks = new double[X.Length];
        new Ranking(X).MidRanks(counts, ranks);

        int position = 0;
        for (int i = 0; i < X.Length; i++)
        {
            for (int c = 0; c < counts[i]; c++)
            {
                Assert.Equal(expected[position++], ranks[i]);
            }
        }
    }

    [Fact]
    public void The_interval_of_Spearman_is_that_of_resampled_pairs()
    {
        (double low, double high) = Bootstrap.SpearmanInterval(X, Y, 400, 5, TestContext.Current.CancellationToken);

        Mlnet.Embeddings.Numerics.MersenneTwister random = new(5);
        List<double> values = [];
        for (int r = 0; r < 400; r++)
        {
            int[] rows = [.. X.Select(_ => random.NextAtMost(X.Length - 1))];
            values.Add(Correlation.Spearman([.. rows.Select(i => X[i])], [.. rows.Select(i => Y[i])]));
        }

        values.Sort();
        Assert.InRange(low, values[9] - 1e-12, values[10] + 1e-12);
        Assert.InRange(high, values[389] - 1e-12, values[390] + 1e-12);
    }

    [Fact]
    public void The_interval_of_a_mean_is_near_that_of_the_normal_approximation()
    {
        double[] values = [.. Enumerable.Range(0, 2000).Select(i => i % 4 == 0 ? 0.0 : 1.0)];

        (double low, double high) = Bootstrap.MeanInterval(values, 1000, 1, TestContext.Current.CancellationToken);

        double half = 1.96 * Math.Sqrt(0.75 * 0.25 / 2000);
        Assert.Equal(0.75 - half, low, 0.003);
        Assert.Equal(0.75 + half, high, 0.003);
    }
}
