using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Pooling;

/// <summary>The largest value of each dimension over the tokens (a mode of Sentence-BERT, Reimers and Gurevych 2019).</summary>
/// <remarks>A NaN of a token that takes part is kept, so that it is noticed.</remarks>
public sealed class MaxPooling : TokenPooling
{
    /// <inheritdoc/>
    public override string Name => "max";

    private protected override void PoolTokens(scoped in TokenStates states, Span<float> destination)
    {
        bool any = false;
        for (int token = 0; token < states.Count; token++)
        {
            if (!states.IsPooled(token))
            {
                continue;
            }

            if (any)
            {
                TensorPrimitives.Max(destination, states[token], destination);
            }
            else
            {
                states[token].CopyTo(destination);
                any = true;
            }
        }

        if (!any)
        {
            destination.Clear();
        }
    }
}
