
namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Slerp (Shoemake, 1985): sin((1 − t)θ)/sin θ · a + sin(tθ)/sin θ · b, θ the angle between a and b.</summary>
internal static class SphericalInterpolation
{
    // Nearer than this to one line the sines no longer tell directions apart.
    private const double Straight = 1e-6;

    /// <summary>Writes what lies between two vectors; the straight way where they lie on one line or are zero.</summary>
    public static void Between(ReadOnlySpan<float> from, ReadOnlySpan<float> to, double share, Span<float> destination)
    {
        double dot = 0, a = 0, b = 0;
        for (int i = 0; i < from.Length; i++)
        {
            (dot, a, b) = (dot + ((double)from[i] * to[i]), a + ((double)from[i] * from[i]), b + ((double)to[i] * to[i]));
        }

        double cosine = a > 0 && b > 0 ? dot / Math.Sqrt(a * b) : 1;
        double first = 1 - share, second = share;
        if (Math.Abs(cosine) < 1 - Straight)
        {
            double angle = Math.Acos(cosine), sine = Math.Sin(angle);
            (first, second) = (Math.Sin(first * angle) / sine, Math.Sin(second * angle) / sine);
        }

        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)((first * from[i]) + (second * to[i]));
        }
    }
}
