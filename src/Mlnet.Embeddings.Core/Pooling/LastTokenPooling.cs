namespace Mlnet.Embeddings.Pooling;

/// <summary>
/// The state of the last token that is no pad, on whichever side the pads are: the only one that a decoder lets see the whole text
/// (Neelakantan et al. 2022; E5-mistral, Wang et al. 2024).
/// </summary>
/// <remarks>The pooling mask has no say, as for <see cref="ClsPooling"/>.</remarks>
public sealed class LastTokenPooling : TokenPooling
{
    /// <inheritdoc/>
    public override string Name => "lasttoken";

    private protected override void PoolTokens(scoped in TokenStates states, Span<float> destination)
    {
        for (int token = states.Count - 1; token >= 0; token--)
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
