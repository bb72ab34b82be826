using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Pooling;

/// <summary>
/// The sum of the tokens' states over the square root of their number: Σ m_t h_t / √max(Σ m_t, 1e-9), so that longer texts get longer vectors
/// (a mode of Sentence-BERT, Reimers and Gurevych 2019).
/// </summary>
public sealed class MeanSqrtLengthPooling : TokenPooling
{
    /// <inheritdoc/>
    public override string Name => "mean_sqrt_len_tokens";

    private protected override void PoolTokens(scoped in TokenStates states, Span<float> destination)
    {
        int count = MeanPooling.Sum(in states, destination);
        if (count > 0)
        {
            TensorPrimitives.Divide(destination, MathF.Sqrt(count), destination);
        }
    }
}
