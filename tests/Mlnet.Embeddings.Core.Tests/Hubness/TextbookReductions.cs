using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Core.Tests.Hubness;

/// <summary>Each reduction from its definition in double, over whole lists of distances: slow, for few points.</summary>
internal sealed class TextbookReductions
{
    private readonly double[][] _rows;
    private readonly VectorMetric _metric;
    private readonly int _k;
    private readonly bool _squared;

    public TextbookReductions(EmbeddingMatrix rows, VectorMetric metric, int k, bool squared = false)
    {
        (_metric, _k, _squared) = (metric, k, squared);
        _rows = [.. Enumerable.Range(0, rows.Rows).Select(i => Prepared(rows.Row(i)))];
    }

    /// <summary>The secondary distance of two points; each is a row where its number is given, else a vector of its own.</summary>
    public double Secondary(HubnessReductionKind kind, (int Row, float[] Vector) first, (int Row, float[] Vector) second)
    {
        Point x = Of(first.Row, first.Vector);
        Point y = Of(second.Row, second.Vector);
        double distance = Distance(x.Vector, y.Vector);
        return kind switch
        {
            HubnessReductionKind.LocalScaling => 1 - Math.Exp(-distance * distance / (Floored(x.Nearest[^1]) * Floored(y.Nearest[^1]))),
            HubnessReductionKind.Nicdm => distance / Math.Sqrt(Floored(x.Nearest.Average()) * Floored(y.Nearest.Average())),
            HubnessReductionKind.Csls => (2 * distance) - Floored(x.Nearest.Average()) - Floored(y.Nearest.Average()),
            HubnessReductionKind.MutualProximityEmpirical => Empirical(x, y, distance),
            HubnessReductionKind.MutualProximityGaussian => Either(Gaussian(x, distance), Gaussian(y, distance)),
            HubnessReductionKind.MutualProximityGamma => Either(Gamma(x, distance), Gamma(y, distance)),
            _ => SquaredLength(x.Vector, y.Vector) - SquaredLength(x.Vector, Centroid(x)) - SquaredLength(y.Vector, Centroid(y)),
        };
    }

    private static double Either(double x, double y) => x + y - (x * y);

    private static double Floored(double scale) => Math.Max(1e-7, scale);

    private static double Gaussian(Point x, double distance)
    {
        double mean = x.All.Average();
        return NormalDistribution.Cdf((distance - mean) / Floored(Math.Sqrt(x.All.Average(d => (d - mean) * (d - mean)))));
    }

    private static double Gamma(Point x, double distance)
    {
        double mean = Floored(x.All.Average());
        double variance = Math.Max(1e-14, x.All.Sum(d => (d - x.All.Average()) * (d - x.All.Average())) / (x.All.Length - 1));
        double shape = mean * mean / variance;
        return GammaDistribution.Cdf(shape, GammaDistribution.LogGamma(shape), distance * mean / variance);
    }

    private double Empirical(Point x, Point y, double distance)
    {
        // All rows, and the two points where they are none.
        List<double[]> all = [.. _rows];
        int first = x.Row >= 0 ? x.Row : Add(x.Vector);
        int second = y.Row >= 0 ? y.Row : Add(y.Vector);
        int count = Enumerable.Range(0, all.Count).Count(j => j == first || j == second
            || (IsRow(j) && ((float)Distance(x.Vector, all[j]) <= (float)distance || (float)Distance(y.Vector, all[j]) <= (float)distance)));
        return (double)count / all.Count;

        int Add(double[] vector)
        {
            all.Add(vector);
            return all.Count - 1;
        }

        bool IsRow(int j) => j < _rows.Length;
    }

    private double[] Centroid(Point x)
    {
        int[] nearest = [.. Enumerable.Range(0, _rows.Length).Where(j => j != x.Row).OrderBy(j => Distance(x.Vector, _rows[j])).Take(_k)];
        return [.. Enumerable.Range(0, x.Vector.Length).Select(d => nearest.Average(j => _rows[j][d]))];
    }

    private Point Of(int row, float[] vector)
    {
        double[] prepared = row >= 0 ? _rows[row] : Prepared(vector);
        double[] all = [.. Enumerable.Range(0, _rows.Length).Where(j => j != row).Select(j => Distance(prepared, _rows[j]))];
        return new(row, prepared, all, [.. all.Order().Take(_k)]);
    }

    private double Distance(double[] x, double[] y)
    {
        double square = SquaredLength(x, y);
        bool isZero = x.All(v => v == 0) || y.All(v => v == 0);
        return _metric == VectorMetric.Cosine ? (isZero ? 1 : square / 2) : _squared ? square : Math.Sqrt(square);
    }

    private static double SquaredLength(double[] x, double[] y) => x.Zip(y, (a, b) => (a - b) * (a - b)).Sum();

    private double[] Prepared(ReadOnlySpan<float> vector)
    {
        double[] result = [.. vector.ToArray().Select(v => (double)v)];
        double length = Math.Sqrt(result.Sum(v => v * v));
        return _metric == VectorMetric.Cosine && length > 0 ? [.. result.Select(v => v / length)] : result;
    }

    private sealed record Point(int Row, double[] Vector, double[] All, double[] Nearest);
}
