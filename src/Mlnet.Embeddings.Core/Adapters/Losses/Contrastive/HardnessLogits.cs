using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>s/τ + α s, but s/τ of the positive.</summary>
internal readonly struct HardnessLogits(double alpha) : ICosineLogits
{
    void ICosineLogits.Fill<T>(LogitRow<T> row, T scale)
    {
        T own = row.Values[row.Positive] * scale;
        TensorPrimitives.Multiply(row.Values, scale + T.CreateTruncating(alpha), row.Values);
        row.Values[row.Positive] = own;
    }

    T ICosineLogits.Weight<T>(T share) => T.One;
}
