namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>Which rows of a batch meet which.</summary>
internal enum CosineLayout
{
    /// <summary>Each of n anchors meets each of m candidates: n positives, in the anchors' order, then the given negatives.</summary>
    Crossed,

    /// <summary>Each of n rows meets each, itself too: anchors and candidates are the same rows.</summary>
    Self,

    /// <summary>Both sides of n pairs in one: each of the 2n rows, first the anchors, then the candidates, meets each.</summary>
    Views,

    /// <summary>Anchor i meets candidate i only: n cosines.</summary>
    Paired,
}
