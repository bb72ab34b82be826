namespace Mlnet.Embeddings.Numerics;

/// <summary>Polynomials by Horner's rule.</summary>
internal static class Polynomial
{
    /// <summary>c₀ + c₁ x + c₂ x² + …</summary>
    public static double Evaluate(ReadOnlySpan<double> coefficients, double x)
    {
        double sum = 0;
        for (int i = coefficients.Length - 1; i >= 0; i--)
        {
            sum = (sum * x) + coefficients[i];
        }

        return sum;
    }
}
