namespace Mlnet.Embeddings.LongTexts;

/// <summary>Which tokens of a text that is too long are kept.</summary>
public enum KeptTokens
{
    /// <summary>The first ones.</summary>
    Head,

    /// <summary>The last ones.</summary>
    Tail,

    /// <summary>A quarter from the start and the others from the end: 128 and 382 of 510 in How to Fine-Tune BERT (Sun et al. 2019), where it did best.</summary>
    HeadAndTail,
}
