using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Draws rows with replacement and measures their k-occurrences each time.</summary>
internal static class HubnessBootstrap
{
    public static HubnessIntervals Intervals(int[] occurrences, int neighbors, bool[]? errors, HubnessReportOptions options, CancellationToken cancellationToken)
    {
        double[][] values = [.. Enumerable.Range(0, 7).Select(_ => new double[options.Resamples])];
        int[] drawn = new int[occurrences.Length];
        MersenneTwister random = new(options.Seed);
        for (int resample = 0; resample < options.Resamples; resample++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int wrong = 0;
            for (int i = 0; i < drawn.Length; i++)
            {
                int row = random.NextAtMost(drawn.Length - 1);
                drawn[i] = occurrences[row];
                wrong += errors is not null && errors[row] ? 1 : 0;
            }

            HubnessMeasures measures = HubnessMeasures.Of(drawn, neighbors, options.HubFactor);
            (values[0][resample], values[1][resample], values[2][resample]) = (measures.Skewness, measures.RobinHood, measures.AntiHubRate);
            (values[3][resample], values[4][resample], values[5][resample]) = (measures.HubRate, measures.HubOccurrence, measures.Gini);
            values[6][resample] = (double)wrong / drawn.Length;
        }

        return new(Of(values[0]), Of(values[1]), Of(values[2]), Of(values[3]), Of(values[4]), Of(values[5]), errors is null ? null : Of(values[6]));
    }

    private static (double Low, double High) Of(double[] values)
    {
        Array.Sort(values);
        return (Bootstrap.Quantile(values, 0.025), Bootstrap.Quantile(values, 0.975));
    }
}
