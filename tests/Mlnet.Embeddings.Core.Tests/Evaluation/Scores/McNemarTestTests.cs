using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class McNemarTestTests
{
    // scipy 1.10.1: binomtest(b, b + c, 0.5).pvalue.
    [Theory]
    [InlineData(3, 1, 0.625)]
    [InlineData(1, 0, 1.0)]
    [InlineData(7, 7, 1.0)]
    [InlineData(10, 25, 0.016673847800120715)]
    [InlineData(120, 80, 0.005685155996750306)]
    [InlineData(3000, 2800, 0.008969436001193404)]
    [InlineData(0, 40, 1.8189894035458565e-12)]
    [InlineData(20000, 20900, 8.771262755345113e-06)]
    [InlineData(0, 0, 1.0)]
    public void The_probability_is_that_of_the_exact_binomial_test(int onlyFirst, int onlySecond, double expected)
    {
        McNemarTest test = McNemarTest.Of(onlyFirst, onlySecond);
        Assert.InRange(test.PValue, expected * (1 - 1e-9), expected * (1 + 1e-9));
        Assert.Equal(test.PValue, McNemarTest.Of(onlySecond, onlyFirst).PValue);
    }

    [Fact]
    public void Rows_that_both_get_right_or_wrong_do_not_count()
    {
        McNemarTest test = McNemarTest.Of([0, 1, 2, 0, 0], [0, 1, 1, 1, 1], [0, 2, 2, 1, 0]);
        Assert.Equal((2, 1), (test.OnlyFirst, test.OnlySecond));
        Assert.Throws<ArgumentException>(() => McNemarTest.Of([0], [0, 1], [0, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => McNemarTest.Of(-1, 1));
    }
}
