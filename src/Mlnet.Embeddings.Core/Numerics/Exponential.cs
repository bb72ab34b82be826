namespace Mlnet.Embeddings.Numerics;

/// <summary>The exponential near zero.</summary>
internal static class Exponential
{
    /// <summary>eˣ − 1 without cancellation for small x (Kahan's form).</summary>
    public static double MinusOne(double x)
    {
        double power = Math.Exp(x);
        double difference = power - 1;
        return power == 1 ? x : difference == -1 || double.IsInfinity(power) ? difference : difference * x / Math.Log(power);
    }
}
