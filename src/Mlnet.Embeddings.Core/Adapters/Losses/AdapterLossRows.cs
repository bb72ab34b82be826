namespace Mlnet.Embeddings.Adapters;

/// <summary>Kinds of training rows.</summary>
[Flags]
public enum AdapterLossRows
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Pairs that belong together.</summary>
    Pairs = 1,

    /// <summary>Pairs with a score: gold similarity, a teacher's score, or 0 and 1.</summary>
    ScoredPairs = 2,

    /// <summary>Anchors with a positive and given negatives.</summary>
    Negatives = 4,

    /// <summary>Rows with a class.</summary>
    Labels = 8,

    /// <summary>Anchors with candidates, the positive first, each of which has a teacher's score.</summary>
    ScoredCandidates = 16,
}
