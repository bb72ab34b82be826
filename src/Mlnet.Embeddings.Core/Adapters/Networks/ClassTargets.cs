namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The classes that rows belong to.</summary>
/// <param name="labels">n classes.</param>
/// <param name="secondLabels">n further classes, where rows are mixed of two; else empty.</param>
/// <param name="shares">n shares of the first class, where rows are mixed.</param>
internal readonly ref struct ClassTargets<T>(ReadOnlySpan<int> labels, ReadOnlySpan<int> secondLabels, ReadOnlySpan<T> shares)
{
    public ReadOnlySpan<int> Labels { get; } = labels;

    public ReadOnlySpan<int> SecondLabels { get; } = secondLabels;

    public ReadOnlySpan<T> Shares { get; } = shares;

    public bool AreMixed => !SecondLabels.IsEmpty;
}
