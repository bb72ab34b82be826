namespace Mlnet.Embeddings.Adapters;

/// <summary>The negatives of each of n anchors, as row numbers of the candidates.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class HardNegatives
{
    private readonly int[] _rows;
    private readonly float[] _scores;
    private readonly bool[] _dropped;

    internal HardNegatives(int count, int[] rows, float[] scores, bool[] dropped, HardNegativeReport report)
    {
        (Count, _rows, _scores, _dropped, Report) = (count, rows, scores, dropped, report);
    }

    /// <summary>Anchors, n.</summary>
    public int Anchors => _dropped.Length;

    /// <summary>Negatives of each anchor that was not dropped, k.</summary>
    public int Count { get; }

    /// <summary>How many were found and how hard they are.</summary>
    public HardNegativeReport Report { get; }

    /// <summary>Whether an anchor got no negatives.</summary>
    public bool IsDropped(int anchor) => _dropped[anchor];

    /// <summary>Row numbers of an anchor's negatives among the candidates: the mined ones, nearest first, then those drawn at random. k of them, or none for an anchor that was dropped.</summary>
    public ReadOnlySpan<int> Rows(int anchor) => IsDropped(anchor) ? [] : _rows.AsSpan(anchor * Count, Count);

    /// <summary>The cosines of an anchor and its negatives, in the order of <see cref="Rows"/>.</summary>
    public ReadOnlySpan<float> Scores(int anchor) => IsDropped(anchor) ? [] : _scores.AsSpan(anchor * Count, Count);

    /// <summary>The anchors that got negatives, in their order.</summary>
    public int[] Kept() => [.. Enumerable.Range(0, Anchors).Where(anchor => !IsDropped(anchor))];
}
