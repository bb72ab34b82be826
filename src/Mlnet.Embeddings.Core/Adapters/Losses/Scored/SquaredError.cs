using System.Numerics;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>The mean of (a c + b − y)² over pairs.</summary>
internal sealed class SquaredError(double scale, double offset)
{
    /// <summary>The loss; the cosines are replaced by its derivative.</summary>
    public double Evaluate<T>(CosineBatch<T> batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> cosines = batch.Cosines;
        T a = T.CreateTruncating(scale), b = T.CreateTruncating(offset), share = T.CreateTruncating(2 * scale / Math.Max(1, cosines.Length));
        double loss = 0;
        for (int i = 0; i < cosines.Length; i++)
        {
            T error = (a * cosines[i]) + b - batch.Scores[i];
            loss += double.CreateTruncating(error * error);
            cosines[i] = share * error;
        }

        return loss / Math.Max(1, cosines.Length);
    }
}
