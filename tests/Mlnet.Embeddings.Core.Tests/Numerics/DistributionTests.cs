using System.Text.Json;
using Mlnet.Embeddings.Core.Tests.Golden;
using Mlnet.Embeddings.Numerics;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Numerics;

public class DistributionTests
{
    private static readonly JsonElement Golden = GoldenFile.Read("distributions.json");

    [Fact]
    public void Normal_probabilities_agree_with_SciPy_to_twelve_digits_in_both_tails() => Compare("normal", v => NormalDistribution.Cdf(v[0]), 1e-12);

    [Fact]
    public void Normal_quantiles_agree_with_SciPy_to_twelve_digits() => Compare("quantile", v => NormalDistribution.Quantile(v[0]), 1e-12);

    [Fact]
    public void Gamma_probabilities_agree_with_SciPy_to_eight_digits_from_tiny_to_huge_shapes() =>
        Compare("gamma", v => GammaDistribution.Cdf(v[0], GammaDistribution.LogGamma(v[0]), v[1]), 1e-8);

    [Fact]
    public void Logarithms_of_gamma_agree_with_SciPy() => Compare("log_gamma", v => GammaDistribution.LogGamma(v[0]), 1e-13);

    [Fact]
    public void The_exponential_minus_one_keeps_its_digits_near_zero() => Compare("expm1", v => Exponential.MinusOne(v[0]), 1e-14);

    [Fact]
    public void Ends_of_the_distributions_are_zero_one_and_infinity()
    {
        Assert.Equal(0, NormalDistribution.Cdf(double.NegativeInfinity));
        Assert.Equal(1, NormalDistribution.Cdf(double.PositiveInfinity));
        Assert.Equal(double.NegativeInfinity, NormalDistribution.Quantile(0));
        Assert.Equal(double.PositiveInfinity, NormalDistribution.Quantile(1));
        Assert.Equal(double.NaN, NormalDistribution.Quantile(1.1));
        Assert.Equal(0, GammaDistribution.Cdf(2, GammaDistribution.LogGamma(2), 0));
        Assert.Equal(1, GammaDistribution.Cdf(2, GammaDistribution.LogGamma(2), 1e9));
        Assert.Equal(1, GammaDistribution.Cdf(5000, GammaDistribution.LogGamma(5000), 1e9));
    }

    private static void Compare(string name, Func<double[], double> compute, double tolerance)
    {
        foreach (JsonElement row in Golden.GetProperty(name).EnumerateArray())
        {
            double[] values = row.Doubles();
            double error = Math.Abs(compute(values) - values[^1]) / Math.Max(Math.Abs(values[^1]), 1e-300);
            Assert.True(error <= tolerance, $"{name}({string.Join(", ", values[..^1])}) is {compute(values):R}, off by {error:0.0e0} from {values[^1]:R}.");
        }
    }
}
