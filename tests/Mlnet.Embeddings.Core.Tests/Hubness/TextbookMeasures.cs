namespace Mlnet.Embeddings.Core.Tests.Hubness;

/// <summary>The measures of hubness from their definitions, pair by pair.</summary>
internal static class TextbookMeasures
{
    public static double Skewness(int[] n)
    {
        double mean = n.Average();
        double variance = n.Average(v => (v - mean) * (v - mean));
        return variance == 0 ? 0 : n.Average(v => Math.Pow(v - mean, 3)) / Math.Pow(variance, 1.5);
    }

    public static double RobinHood(int[] n) => n.Sum(v => Math.Abs(v - n.Average())) / 2 / n.Sum();

    public static double Gini(int[] n) => n.Sum(a => n.Sum(b => Math.Abs((double)a - b))) / (2 * n.Length * (double)n.Length * n.Average());
}
