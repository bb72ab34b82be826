namespace Mlnet.Embeddings.Numerics;

/// <summary>The Gamma distribution's probabilities: the regularized lower incomplete gamma function.</summary>
internal static class GammaDistribution
{
    // Series and fraction take some 8√shape terms; from here on the asymptotic expansion has ten digits.
    private const double LargeShape = 1000;

    // Coefficients of the expansion in powers of η, for the terms of 1, 1/a and 1/a² (Temme, 1979; their recurrence in exact fractions).
    private static readonly double[] First =
    [
        -0.3333333333333333, 0.08333333333333333, -0.014814814814814815, 0.0011574074074074073, 0.0003527336860670194, -0.0001787551440329218, 3.919263178522438e-05, -2.185448510679992e-06,
        -1.85406221071516e-06, 8.296711340953087e-07, -1.7665952736826078e-07, 6.707853543401498e-09, 1.0261809784240309e-08, -4.382036018453353e-09,
    ];

    private static readonly double[] Second =
    [
        -0.001851851851851852, -0.003472222222222222, 0.0026455026455026454, -0.0009902263374485596, 0.00020576131687242798, -4.018775720164609e-07, -1.8098550334489977e-05, 7.64916091608111e-06,
        -1.6120900894563446e-06,
    ];

    private static readonly double[] Third = [0.004133597883597883, -0.0026813271604938273, 0.0007716049382716049, 2.0093878600823047e-06, -0.0001073665322636516, 5.2923448829120125e-05];

    /// <summary>The probability of a value of at most <paramref name="x"/>.</summary>
    /// <param name="shape">a > 0.</param>
    /// <param name="logGamma">ln Γ(a), which <see cref="LogGamma"/> gives.</param>
    /// <param name="x">The value over the scale.</param>
    public static double Cdf(double shape, double logGamma, double x)
    {
        if (x <= 0)
        {
            return 0;
        }

        if (shape >= LargeShape)
        {
            return Asymptotic(shape, x);
        }

        double front = Math.Exp((shape * Math.Log(x)) - x - logGamma);
        return x < shape + 1 ? front * Series(shape, x) : 1 - (front * Fraction(shape, x));
    }

    /// <summary>ln Γ(x) for x > 0 (Stirling's series).</summary>
    public static double LogGamma(double x)
    {
        double product = 1;
        double shifted = x;
        for (; shifted < 12; shifted++)
        {
            product *= shifted;
        }

        double inverse = 1 / shifted;
        double square = inverse * inverse;
        double rest = inverse * ((1 / 12.0) - (square * ((1 / 360.0) - (square * ((1 / 1260.0) - (square * ((1 / 1680.0) - (square / 1188))))))));
        return ((shifted - 0.5) * Math.Log(shifted)) - shifted + (0.5 * Math.Log(2 * Math.PI)) + rest - Math.Log(product);
    }

    private static double Series(double shape, double x)
    {
        double term = 1 / shape;
        double sum = term;
        for (double n = shape + 1; term > sum * 1e-16; n++)
        {
            term *= x / n;
            sum += term;
        }

        return sum;
    }

    // The continued fraction of the upper tail (Lentz's method); no term vanishes for x ≥ a + 1.
    private static double Fraction(double shape, double x)
    {
        double b = x + 1 - shape;
        double c = double.MaxValue;
        double d = 1 / b;
        double value = d;
        double change = 0;
        for (int i = 1; Math.Abs(change - 1) > 1e-15 && i < 100_000; i++)
        {
            double numerator = -i * (i - shape);
            b += 2;
            d = 1 / ((numerator * d) + b);
            c = b + (numerator / c);
            change = c * d;
            value *= change;
        }

        return value;
    }

    private static double Asymptotic(double shape, double x)
    {
        double mu = (x - shape) / shape;
        double half = MinusLogarithm(mu);
        double eta = Math.CopySign(Math.Sqrt(2 * half), mu);
        double near = Math.Clamp(eta, -1, 1);
        double terms = Polynomial.Evaluate(First, near) + ((Polynomial.Evaluate(Second, near) + (Polynomial.Evaluate(Third, near) / shape)) / shape);
        double rest = Math.Exp(-shape * half) / Math.Sqrt(2 * Math.PI * shape) * terms;
        return Math.Clamp((0.5 * ComplementaryError.Erfc(-eta * Math.Sqrt(shape / 2))) - rest, 0, 1);
    }

    // μ − ln(1 + μ), which cancels for a small μ.
    private static double MinusLogarithm(double mu)
    {
        if (Math.Abs(mu) > 0.3)
        {
            return mu - Math.Log(1 + mu);
        }

        double sum = 0;
        double power = mu;
        for (int k = 2; k < 36; k++)
        {
            power *= -mu;
            sum -= power / k;
        }

        return sum;
    }
}
