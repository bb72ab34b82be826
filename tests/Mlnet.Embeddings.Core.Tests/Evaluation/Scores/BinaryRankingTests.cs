using System.Text.Json;
using Mlnet.Embeddings.Core.Tests.Golden;
using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class BinaryRankingTests
{
    // With no decimals most of the scores are tied.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Average_precision_is_that_of_scikit_learn(int golden)
    {
        JsonElement expected = GoldenFile.ScikitLearn.GetProperty("average_precision")[golden];

        BinaryRanking ranking = new(expected.GetProperty("scores").Doubles(), [.. expected.GetProperty("labels").Ints().Select(l => l == 1)]);

        Assert.Equal(expected.GetProperty("ap").GetDouble(), ranking.AveragePrecision(), 1e-12);
    }

    [Fact]
    public void An_item_that_occurs_twice_counts_as_two()
    {
        double once = new BinaryRanking([4, 3, 3, 2, 1], [true, false, false, true, true]).AveragePrecision();

        Assert.Equal(once, new BinaryRanking([4, 3, 2, 1, 0], [true, false, true, true, true]).AveragePrecision([1, 2, 1, 1, 0]), 1e-12);
        Assert.True(double.IsNaN(new BinaryRanking([1, 0], [true, false]).AveragePrecision([0, 2])));
    }

    [Fact]
    public void The_best_cuts_are_found_and_lie_between_two_scores()
    {
        // + − + + | − −: five of six right at 0.35; F1 there 2·3/(4 + 3).
        BinaryRanking ranking = new([0.9, 0.8, 0.5, 0.4, 0.3, 0.1], [true, false, true, true, false, false]);

        (double accuracy, double accuracyThreshold) = ranking.BestAccuracy();
        (double f1, double precision, double recall, double f1Threshold) = ranking.BestF1();

        Assert.Equal((5 / 6.0, 0.35), (accuracy, Math.Round(accuracyThreshold, 9)));
        Assert.Equal((6 / 7.0, 0.75, 1.0, 0.35), (f1, precision, recall, Math.Round(f1Threshold, 9)));
    }

    [Fact]
    public void Equal_scores_are_never_cut_apart()
    {
        BinaryRanking ranking = new([0.5, 0.5, 0.5, 0.1], [true, false, false, true]);

        Assert.Equal(2, ranking.Thresholds);
        Assert.Equal((0.25, 0.3), ranking.BestAccuracy());
        Assert.Equal(0.4, ranking.BestF1().F1, 1e-12);
    }
}
