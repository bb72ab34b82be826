namespace Mlnet.Embeddings.Pooling;

/// <summary>Tokens <see cref="Start"/> up to but not including <see cref="End"/>.</summary>
/// <param name="Start">The first token, 0 or more.</param>
/// <param name="End">One past the last token, at least <paramref name="Start"/>.</param>
public readonly record struct TokenSpan(int Start, int End)
{
    /// <summary>Number of tokens.</summary>
    public int Length => End - Start;
}
