using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation.Scores;

public class RankSumTestTests
{
    private static readonly double[] First = [1.2, 3.4, 2.2, 5.1, 2.2, 7.5, 0.3, 4.4];
    private static readonly double[] Second = [2.2, 1.1, 0.5, 3.4, 0.3, 1.9, 2.0];

    // scipy 1.10.1: mannwhitneyu(x, y, use_continuity=False, method="asymptotic"), the statistic over m·n, alternative="greater" and "two-sided".
    [Fact]
    public void P_values_are_those_of_scipy_with_equal_values_too()
    {
        Same(0.75, 0.051663377926290055, 0.10332675585258011, RankSumTest.Of(First, Second));
        Same(0.25, 0.94833662207371, 0.10332675585258011, RankSumTest.Of(Second, First));
        Same(0, 0.9830525732376554, 0.03389485352468927, RankSumTest.Of([1, 2, 3], [4, 5, 6, 7]));
    }

    [Fact]
    public void Samples_of_one_value_tell_nothing()
    {
        Same(0.5, 0.5, 1, RankSumTest.Of([2, 2], [2, 2, 2]));
        Same(0.5, 0.5, 1, RankSumTest.Of([2], [2]));
    }

    [Fact]
    public void Many_values_do_not_overflow()
    {
        double[] many = [.. Enumerable.Range(0, 100_000).Select(i => i * 0.5)];
        RankSumTest test = RankSumTest.Of(many, many);
        Assert.Equal((0.5, 0), (test.Superiority, test.Z));
    }

    [Fact]
    public void Empty_samples_and_NaN_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RankSumTest.Of([], [1]));
        Assert.Throws<ArgumentException>(() => RankSumTest.Of([1], []));
        Assert.Throws<ArgumentException>(() => RankSumTest.Of([1], [double.NaN]));
    }

    private static void Same(double superiority, double greater, double twoSided, RankSumTest found)
    {
        Assert.Equal(superiority, found.Superiority, 1e-12);
        Assert.Equal(greater, found.Greater, 1e-12);
        Assert.Equal(twoSided, found.TwoSided, 1e-12);
    }
}
