using System.Runtime.InteropServices;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>95 % intervals from the percentiles of a seeded bootstrap over test rows (Efron, 1979).</summary>
internal static class Bootstrap
{
    /// <summary>The interval of a statistic, given as a function of how often each of n rows is drawn; draws for which it is NaN are left out.</summary>
    public static (double Low, double High) Interval(int n, int resamples, int seed, Func<int[], double> statistic, CancellationToken cancellationToken)
    {
        MersenneTwister random = new(seed);
        int[] counts = new int[n];
        List<double> values = new(resamples);
        for (int r = 0; r < resamples; r++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Array.Clear(counts);
            for (int i = 0; i < n; i++)
            {
                counts[random.NextAtMost(n - 1)]++;
            }

            double value = statistic(counts);
            if (!double.IsNaN(value))
            {
                values.Add(value);
            }
        }

        values.Sort();
        return values.Count == 0 ? (statistic(Ones(n)), statistic(Ones(n))) : (Quantile(CollectionsMarshal.AsSpan(values), 0.025), Quantile(CollectionsMarshal.AsSpan(values), 0.975));
    }

    /// <summary>
    /// The same for a statistic that resampling itself raises or lowers, as V does: a resample repeats some rows and lacks others, so that it looks tidier than the data.
    /// The percentiles are moved by the difference between the resamples' mean and the statistic of the rows themselves.
    /// </summary>
    public static (double Low, double High) CentredInterval(int n, int resamples, int seed, Func<int[], double> statistic, CancellationToken cancellationToken)
    {
        double sum = 0;
        int used = 0;
        (double low, double high) = Interval(n, resamples, seed, Watched, cancellationToken);
        double bias = used == 0 ? 0 : (sum / used) - statistic(Ones(n));
        return (low - bias, high - bias);

        double Watched(int[] counts)
        {
            double value = statistic(counts);
            if (!double.IsNaN(value))
            {
                (sum, used) = (sum + value, used + 1);
            }

            return value;
        }
    }

    /// <summary>The interval of the mean of a value a row.</summary>
    public static (double Low, double High) MeanInterval(double[] values, int resamples, int seed, CancellationToken cancellationToken) =>
        Interval(values.Length, resamples, seed, counts => Mean(values, counts), cancellationToken);

    /// <summary>The interval of Spearman's correlation of two series.</summary>
    public static (double Low, double High) SpearmanInterval(double[] x, double[] y, int resamples, int seed, CancellationToken cancellationToken) =>
        Interval(x.Length, resamples, seed, Spearman(x, y), cancellationToken);

    /// <summary>Spearman's correlation of two series as a function of how often each place is drawn; the function is for one thread.</summary>
    public static Func<int[], double> Spearman(double[] x, double[] y)
    {
        Ranking orderX = new(x);
        Ranking orderY = new(y);
        double[] ranksX = new double[x.Length];
        double[] ranksY = new double[y.Length];
        return counts =>
        {
            orderX.MidRanks(counts, ranksX);
            orderY.MidRanks(counts, ranksY);
            return WeightedPearson(ranksX, ranksY, counts);
        };
    }

    private static double Mean(double[] values, int[] counts)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            sum += values[i] * counts[i];
        }

        return sum / values.Length;
    }

    // The mean of mid-ranks 1..n is (n + 1) / 2 whatever the ties.
    private static double WeightedPearson(double[] ranksX, double[] ranksY, int[] counts)
    {
        double mean = (counts.Length + 1) / 2.0;
        double xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            double dx = ranksX[i] - mean;
            double dy = ranksY[i] - mean;
            xx += counts[i] * dx * dx;
            yy += counts[i] * dy * dy;
            xy += counts[i] * dx * dy;
        }

        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx) / Math.Sqrt(yy), -1, 1) : double.NaN;
    }

    /// <summary>The quantile of rising values, linear between order statistics: NumPy's default.</summary>
    public static double Quantile(ReadOnlySpan<double> sorted, double p)
    {
        double position = p * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    private static int[] Ones(int n)
    {
        int[] ones = new int[n];
        Array.Fill(ones, 1);
        return ones;
    }
}
