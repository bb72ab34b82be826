namespace Mlnet.Embeddings.Numerics;

/// <summary>The complementary error function with relative precision far into its tail, where 1 − erf has none left (Cody, 1969).</summary>
internal static class ComplementaryError
{
    private const double InverseRootPi = 0.56418958354775628695;

    // Rational approximations of erf up to ½, of erfc e^(x²) up to 4, and of the rest of its asymptotic series beyond; lowest power first.
    private static readonly double[] SmallTop = [3.20937758913846947e3, 3.77485237685302021e2, 1.13864154151050156e2, 3.16112374387056560, 1.85777706184603153e-1];
    private static readonly double[] SmallBottom = [2.84423683343917062e3, 1.28261652607737228e3, 2.44024637934444173e2, 2.36012909523441209e1, 1];
    private static readonly double[] MiddleTop =
    [
        1.23033935479799725e3, 2.05107837782607147e3, 1.71204761263407058e3, 8.81952221241769090e2, 2.98635138197400131e2, 6.61191906371416295e1, 8.88314979438837594, 5.64188496988670089e-1,
        2.15311535474403846e-8,
    ];

    private static readonly double[] MiddleBottom =
    [
        1.23033935480374942e3, 3.43936767414372164e3, 4.36261909014324716e3, 3.29079923573345963e3, 1.62138957456669019e3, 5.37181101862009858e2, 1.17693950891312499e2, 1.57449261107098347e1, 1,
    ];

    private static readonly double[] LargeTop = [6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1, 3.60344899949804439e-1, 3.05326634961232344e-1, 1.63153871373020978e-2];
    private static readonly double[] LargeBottom = [2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1, 1.87295284992346725, 2.56852019228982242, 1];

    /// <summary>2/√π ∫ₓ^∞ e^(−t²) dt.</summary>
    public static double Erfc(double x)
    {
        double size = Math.Abs(x);
        if (size <= 0.46875)
        {
            return 1 - (x * Polynomial.Evaluate(SmallTop, size * size) / Polynomial.Evaluate(SmallBottom, size * size));
        }

        double tail;
        if (size <= 4)
        {
            tail = Polynomial.Evaluate(MiddleTop, size) / Polynomial.Evaluate(MiddleBottom, size);
        }
        else
        {
            double inverse = 1 / (size * size);
            tail = (InverseRootPi - (inverse * Polynomial.Evaluate(LargeTop, inverse) / Polynomial.Evaluate(LargeBottom, inverse))) / size;
        }

        // e^(−x²) in two factors, the first of a square without rounding, keeps the digits that a large x² would cost.
        double coarse = Math.Truncate(size * 16) / 16;
        double result = size > 27 ? 0 : Math.Exp(-coarse * coarse) * Math.Exp(-(size - coarse) * (size + coarse)) * tail;
        return double.IsNaN(x) ? x : x < 0 ? 2 - result : result;
    }
}
