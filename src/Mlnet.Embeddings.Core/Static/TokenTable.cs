namespace Mlnet.Embeddings.Static;

/// <summary>The vectors of tokens, and how they are added up.</summary>
/// <param name="dimensions">Values a vector.</param>
/// <param name="tokens">Number of token ids.</param>
internal abstract class TokenTable(int dimensions, int tokens)
{
    public int Dimensions { get; } = dimensions;

    /// <summary>Ids from 0 to one less than this have a vector.</summary>
    public int Tokens { get; } = tokens;

    /// <summary>Writes Σ w_t · v_t over the ids.</summary>
    /// <param name="ids">Token ids, each below <see cref="Tokens"/>.</param>
    /// <param name="sum">d values, overwritten.</param>
    public abstract void Sum(ReadOnlySpan<int> ids, Span<float> sum);
}
