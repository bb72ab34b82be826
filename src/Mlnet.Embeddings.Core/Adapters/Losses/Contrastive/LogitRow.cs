namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>The cosines of one anchor, on the way to becoming logits.</summary>
internal readonly ref struct LogitRow<T>
{
    /// <summary>The cosines with its candidates, to be turned into logits.</summary>
    public required Span<T> Values { get; init; }

    /// <summary>The same of the frozen embeddings; empty where not asked for.</summary>
    public required ReadOnlySpan<T> Before { get; init; }

    /// <summary>Where the positive stands.</summary>
    public required int Positive { get; init; }

    /// <summary>Where the negatives that were given for this anchor begin, and how many there are.</summary>
    public Range OwnNegatives { get; init; }
}
