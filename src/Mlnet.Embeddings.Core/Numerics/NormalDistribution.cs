namespace Mlnet.Embeddings.Numerics;

/// <summary>The standard normal distribution, to about fifteen digits in both tails.</summary>
internal static class NormalDistribution
{
    // Rational approximations of the quantile around the median, in the tail and far out in it (Wichura, 1988, algorithm AS 241, PPND16); lowest power first.
    private static readonly double[] CentreTop = [3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3];
    private static readonly double[] CentreBottom = [1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3];
    private static readonly double[] TailTop = [1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504, 1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4];
    private static readonly double[] TailBottom = [1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9];
    private static readonly double[] FarTop = [6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7];
    private static readonly double[] FarBottom = [1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15];

    /// <summary>Φ(z), the probability of a value of at most <paramref name="z"/>.</summary>
    public static double Cdf(double z) => 0.5 * ComplementaryError.Erfc(-z / Math.Sqrt(2));

    /// <summary>Φ⁻¹(p), the value that a share <paramref name="p"/> lies below; ∓∞ at 0 and 1, NaN outside.</summary>
    public static double Quantile(double p)
    {
        double centred = p - 0.5;
        if (Math.Abs(centred) <= 0.425)
        {
            return centred * Ratio(CentreTop, CentreBottom, 0.180625 - (centred * centred));
        }

        if (!(p is > 0 and < 1))
        {
            return p == 0 ? double.NegativeInfinity : p == 1 ? double.PositiveInfinity : double.NaN;
        }

        double r = Math.Sqrt(-Math.Log(Math.Min(p, 1 - p)));
        double size = r <= 5 ? Ratio(TailTop, TailBottom, r - 1.6) : Ratio(FarTop, FarBottom, r - 5);
        return Math.CopySign(size, centred);
    }

    private static double Ratio(double[] top, double[] bottom, double x) => Polynomial.Evaluate(top, x) / Polynomial.Evaluate(bottom, x);
}
