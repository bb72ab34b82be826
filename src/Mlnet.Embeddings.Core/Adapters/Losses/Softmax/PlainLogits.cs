using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>s/τ.</summary>
internal readonly struct PlainLogits : ICosineLogits
{
    void ICosineLogits.Fill<T>(Span<T> row, ReadOnlySpan<T> before, int positive, T scale) => TensorPrimitives.Multiply(row, scale, row);

    T ICosineLogits.Weight<T>(T share) => T.One;
}
