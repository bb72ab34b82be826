using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>s/τ.</summary>
internal readonly struct PlainLogits : ICosineLogits
{
    void ICosineLogits.Fill<T>(LogitRow<T> row, T scale) => TensorPrimitives.Multiply(row.Values, scale, row.Values);

    T ICosineLogits.Weight<T>(T share) => T.One;
}
