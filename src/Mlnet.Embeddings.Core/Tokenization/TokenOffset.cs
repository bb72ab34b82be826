namespace Mlnet.Embeddings.Tokenization;

/// <summary>The part of a text that a token stands for.</summary>
/// <param name="Start">Its first UTF-16 unit.</param>
/// <param name="End">One past its last UTF-16 unit; equal to <paramref name="Start"/> where the token stands for nothing of the text.</param>
public readonly record struct TokenOffset(int Start, int End);
