using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// The rank-sum test (Wilcoxon, 1945; Mann and Whitney, 1947): whether values of one sample tend to be larger than those of another. p-values are by the normal approximation with equal values
/// accounted for and no correction for continuity, good from some ten values each.
/// </summary>
/// <param name="Superiority">The probability that a value of the first sample is larger than one of the second, half of equal pairs counted; ½ where neither tends to be larger.</param>
/// <param name="Z">How many standard deviations the first sample's rank sum lies above what is expected of equal distributions; 0 where all values are equal.</param>
/// <param name="Greater">The p-value of values of the first sample being no larger than those of the second: small where they are larger.</param>
/// <param name="TwoSided">The p-value of neither being larger.</param>
public sealed record RankSumTest(double Superiority, double Z, double Greater, double TwoSided)
{
    /// <summary>Compares two samples.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="second">The second sample.</param>
    /// <exception cref="ArgumentException">A sample is empty or holds NaN.</exception>
    public static RankSumTest Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        if (first.IsEmpty || second.IsEmpty)
        {
            throw new ArgumentException($"There are {first.Length} and {second.Length} values; give at least one of each sample.", nameof(second));
        }

        double[] values = [.. first, .. second];
        if (Array.Exists(values, double.IsNaN))
        {
            throw new ArgumentException("A value is NaN, which has no rank.", nameof(first));
        }

        int[] samples = new int[values.Length];
        samples.AsSpan(first.Length).Fill(1);
        Array.Sort(values, samples);
        (double rankSum, double ties) = Ranks(values, samples);

        // Products of two counts leave an int.
        (double m, double n, double all) = (first.Length, second.Length, values.Length);
        double superior = (rankSum - (m * (m + 1) / 2)) / (m * n);
        double variance = m * n / 12 * (all + 1 - (ties / (all * Math.Max(1, all - 1))));
        double z = variance > 0 ? (superior - 0.5) * m * n / Math.Sqrt(variance) : 0;
        return new(superior, z, NormalDistribution.Cdf(-z), Math.Min(1, 2 * NormalDistribution.Cdf(-Math.Abs(z))));
    }

    // The first sample's sum of ranks from 1, equal values at their mean rank, and the sum of t³ − t over runs of t equal values.
    private static (double RankSum, double Ties) Ranks(double[] values, int[] samples)
    {
        (double sum, double ties) = (0, 0);
        for (int start = 0, end; start < values.Length; start = end)
        {
            int ofFirst = 0;
            for (end = start; end < values.Length && values[end] == values[start]; end++)
            {
                ofFirst += samples[end] == 0 ? 1 : 0;
            }

            double run = end - start;
            sum += ofFirst * ((start + 1 + end) / 2.0);
            ties += (run * run * run) - run;
        }

        return (sum, ties);
    }
}
