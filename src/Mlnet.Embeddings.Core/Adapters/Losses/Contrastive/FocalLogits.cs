using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>s/τ; an anchor counts (1 − p)^γ.</summary>
internal readonly struct FocalLogits(double gamma) : ICosineLogits
{
    void ICosineLogits.Fill<T>(LogitRow<T> row, T scale) => TensorPrimitives.Multiply(row.Values, scale, row.Values);

    T ICosineLogits.Weight<T>(T share) => T.Pow(T.Max(T.Zero, T.One - share), T.CreateTruncating(gamma));
}
