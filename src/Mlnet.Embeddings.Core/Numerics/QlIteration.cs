using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Numerics;

/// <summary>The implicit QL iteration on three diagonals: the eigenvalues, and the plane rotations that led to them.</summary>
internal sealed class QlIteration
{
    // Two or three rounds are usual; what is not found after so many never will be.
    private const int MaximumRounds = 100;

    // 2⁻⁵³, what rounding leaves unknown.
    private const double Rounding = 1.0 / (1L << 53);

    private double[] _cosines;
    private double[] _sines;

    private QlIteration(double[] values)
    {
        Values = values;
        _cosines = new double[values.Length * 16];
        _sines = new double[values.Length * 16];
    }

    /// <summary>The eigenvalues, in no order.</summary>
    public double[] Values { get; }

    /// <summary>Runs of rotations: that of planes (Last, Last + 1) first, then each plane below, down to (First, First + 1).</summary>
    public List<Sweep> Sweeps { get; } = [];

    public ReadOnlySpan<double> Cosines => _cosines;

    public ReadOnlySpan<double> Sines => _sines;

    /// <summary>Finds the eigenvalues of the matrix with these diagonals.</summary>
    /// <exception cref="ArithmeticException">They hold NaN or infinity.</exception>
    public static QlIteration Run(double[] diagonal, double[] offDiagonal)
    {
        int n = diagonal.Length;
        double[] d = [.. diagonal];
        double largest = Math.Max(Math.Abs(TensorPrimitives.MaxMagnitude<double>(d)), n > 1 ? Math.Abs(TensorPrimitives.MaxMagnitude<double>(offDiagonal)) : 0);
        double[] e = new double[n];
        offDiagonal.CopyTo(e, 0);
        QlIteration result = new(d);
        for (int l = 0; l < n; l++)
        {
            for (int round = 0; ; round++)
            {
                int m = l;
                while (m < n - 1 && !IsNegligible(e[m], d[m], d[m + 1], largest))
                {
                    m++;
                }

                if (m == l)
                {
                    break;
                }

                if (round == MaximumRounds || !double.IsFinite(d[l]))
                {
                    throw new ArithmeticException("The eigenvalues of the matrix were not found; it holds NaN, infinity or values too large to square.");
                }

                result.Chase(d, e, l, m);
            }
        }

        return result;
    }

    // Beside its neighbours, or beside the largest entry: small eigenvalues are not known any better than that.
    private static bool IsNegligible(double e, double left, double right, double largest) =>
        Math.Abs(e) <= Rounding * Math.Max(Math.Abs(left) + Math.Abs(right), largest / 4);

    // One QL step on rows l to m with Wilkinson's shift.
    private void Chase(double[] d, double[] e, int l, int m)
    {
        double g = (d[l + 1] - d[l]) / (2 * e[l]);
        double r = Hypotenuse(g, 1);
        g = d[m] - d[l] + (e[l] / (g + Math.CopySign(r, g)));
        double s = 1, c = 1, p = 0;
        int start = Reserve(m - l);
        int i = m - 1;
        for (; i >= l; i--)
        {
            double f = s * e[i];
            double b = c * e[i];
            r = Hypotenuse(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= p;
                e[m] = 0;
                break;
            }

            s = f / r;
            c = g / r;
            g = d[i + 1] - p;
            r = ((d[i] - g) * s) + (2 * c * b);
            p = s * r;
            d[i + 1] = g + p;
            g = (c * r) - b;
            _cosines[start + (m - 1 - i)] = c;
            _sines[start + (m - 1 - i)] = s;
        }

        Sweeps.Add(new(start, i + 1, m - 1));
        if (i < l)
        {
            d[l] -= p;
            e[l] = g;
            e[m] = 0;
        }
    }

    private static double Hypotenuse(double a, double b)
    {
        double square = (a * a) + (b * b);
        return square is > 1e-280 and < 1e280 ? Math.Sqrt(square) : double.Hypot(a, b);
    }

    private int Reserve(int count)
    {
        int start = Sweeps.Count == 0 ? 0 : Sweeps[^1].Start + Sweeps[^1].Last - Sweeps[^1].First + 1;
        if (start + count > _cosines.Length)
        {
            Array.Resize(ref _cosines, Math.Max(start + count, _cosines.Length * 2));
            Array.Resize(ref _sines, _cosines.Length);
        }

        return start;
    }

    /// <summary>Rotations of the planes <paramref name="Last"/> down to <paramref name="First"/>, the first of them at <paramref name="Start"/>.</summary>
    public readonly record struct Sweep(int Start, int First, int Last);
}
