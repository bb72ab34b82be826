using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Pooling;

/// <summary>
/// The mean of the tokens' states, each weighted by its place 1, 2, … among those that take part: Σ t h_t / Σ t. A decoder's later tokens have
/// seen more of the text (SGPT, Muennighoff 2022).
/// </summary>
/// <remarks>
/// Places are counted among the tokens that take part. sentence-transformers counts pads on the left and prompt tokens too, so that its vectors of
/// left-padded batches depend on the padding; without those the two agree.
/// </remarks>
public sealed class WeightedMeanPooling : TokenPooling
{
    /// <inheritdoc/>
    public override string Name => "weightedmean";

    private protected override void PoolTokens(scoped in TokenStates states, Span<float> destination)
    {
        destination.Clear();
        int place = 0;
        for (int token = 0; token < states.Count; token++)
        {
            if (states.IsPooled(token))
            {
                // The mean so far has the weight 1 + … + p, the next token p + 1 of the new total: a running mean, whose errors fade instead of adding up.
                place++;
                TensorPrimitives.Lerp(destination, states[token], 2f / (place + 1), destination);
            }
        }
    }
}
