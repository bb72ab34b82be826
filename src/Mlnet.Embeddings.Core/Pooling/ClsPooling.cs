namespace Mlnet.Embeddings.Pooling;

/// <summary>The state of the first token that is no pad, on whichever side the pads are (the [CLS] token of BERT, Devlin et al. 2019).</summary>
/// <remarks>The pooling mask has no say: the token stands for the whole text, prompt included.</remarks>
public sealed class ClsPooling : TokenPooling
{
    /// <inheritdoc/>
    public override string Name => "cls";

    private protected override void PoolTokens(scoped in TokenStates states, Span<float> destination)
    {
        for (int token = 0; token < states.Count; token++)
        {
            if (states.IsAttended(token))
            {
                states[token].CopyTo(destination);
                return;
            }
        }

        destination.Clear();
    }
}
