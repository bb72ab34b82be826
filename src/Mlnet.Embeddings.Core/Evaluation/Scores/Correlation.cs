using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>Correlation coefficients in double precision; NaN where one side is constant.</summary>
internal static class Correlation
{
    /// <summary>Pearson's correlation of two equally long series.</summary>
    public static double Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double meanX = TensorPrimitives.Sum(x) / x.Length;
        double meanY = TensorPrimitives.Sum(y) / y.Length;
        double xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double dx = x[i] - meanX;
            double dy = y[i] - meanY;
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }

        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx) / Math.Sqrt(yy), -1, 1) : double.NaN;
    }

    /// <summary>Spearman's rank correlation (Spearman, 1904): Pearson's of the mid-ranks.</summary>
    public static double Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y) =>
        Pearson(new Ranking(x).MidRanks(), new Ranking(y).MidRanks());
}
