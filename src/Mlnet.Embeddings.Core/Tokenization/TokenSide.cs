namespace Mlnet.Embeddings.Tokenization;

/// <summary>A side of a token sequence.</summary>
public enum TokenSide
{
    /// <summary>At the end, where most encoders pad and truncate.</summary>
    Right,

    /// <summary>At the start, as decoder models that pool the last token pad.</summary>
    Left,
}
