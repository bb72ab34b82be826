using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>z = s/τ; a given negative whose z is not above its frozen z⁰ has z (1 − e^{−(z − z⁰)²/(2σ²)}).</summary>
internal readonly struct GaussianLogits(double sigma) : ICosineLogits
{
    void ICosineLogits.Fill<T>(LogitRow<T> row, T scale)
    {
        TensorPrimitives.Multiply(row.Values, scale, row.Values);
        T width = T.CreateTruncating(-0.5 / (sigma * sigma));
        (int first, int count) = row.OwnNegatives.GetOffsetAndLength(row.Values.Length);
        for (int j = first; j < first + count; j++)
        {
            T away = row.Values[j] - (row.Before[j] * scale);
            if (away <= T.Zero)
            {
                row.Values[j] *= T.One - T.Exp(width * away * away);
            }
        }
    }

    T ICosineLogits.Weight<T>(T share) => T.One;
}
