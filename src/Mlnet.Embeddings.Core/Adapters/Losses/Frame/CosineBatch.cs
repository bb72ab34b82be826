using System.Numerics;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>The cosines of a batch of n anchors and m candidates, and what is known about them. It is filled again for every step.</summary>
/// <typeparam name="T"><see cref="float"/> in use, <see cref="double"/> where gradients are checked.</typeparam>
internal sealed class CosineBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _cosines = [];
    private T[] _before = [];
    private T[] _scores = [];
    private int[] _positives = [];
    private int[] _labels = [];
    private int[] _owners = [];
    private bool[] _excluded = [];
    private int _scoreCount;

    /// <summary>Which rows meet.</summary>
    public CosineLayout Layout { get; private set; }

    /// <summary>n.</summary>
    public int Anchors { get; private set; }

    /// <summary>m: columns of <see cref="Cosines"/>; 1 where rows are paired.</summary>
    public int Candidates { get; private set; }

    /// <summary>The most threads to use; no result depends on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The cosines, n×m, row after row. A loss replaces them by its derivative with respect to them.</summary>
    public Span<T> Cosines => _cosines.AsSpan(0, Anchors * Candidates);

    /// <summary>The cosines of the frozen embeddings of the same rows, n×m; filled only for a loss that <see cref="AdapterLoss.ComparesWithBefore"/>.</summary>
    public Span<T> Before => _before.AsSpan(0, Anchors * Candidates);

    /// <summary>Whether <see cref="Before"/> is filled.</summary>
    public bool HasBefore { get; private set; }

    /// <summary>Anchor i's positive among the candidates, −1 for none. Crossed, it is i or −1.</summary>
    public Span<int> Positives => _positives.AsSpan(0, Anchors);

    /// <summary>The class of each anchor.</summary>
    public Span<int> Labels => _labels.AsSpan(0, Anchors);

    /// <summary>The anchor that a candidate was given for: a positive's own anchor, then the anchor of each given negative.</summary>
    public Span<int> Owners => _owners.AsSpan(0, Candidates);

    /// <summary>Scores: one a pair where rows are paired, else n×m with NaN where none is known; empty until <see cref="ResetScores"/>.</summary>
    public Span<T> Scores => _scores.AsSpan(0, _scoreCount);

    /// <summary>Pairs (i, j), at i·m + j, that are no negatives: duplicates, other positives, a row with itself. Read only where <see cref="AnyExcluded"/>.</summary>
    public ReadOnlySpan<bool> Excluded => _excluded.AsSpan(0, Anchors * Candidates);

    /// <summary>Row <paramref name="i"/> of <see cref="Excluded"/>.</summary>
    public ReadOnlySpan<bool> ExcludedRow(int i) => _excluded.AsSpan(i * Candidates, Candidates);

    /// <summary>Whether any pair is excluded.</summary>
    public bool AnyExcluded { get; private set; }

    /// <summary>Begins a batch: anchor i's positive is candidate i (crossed and paired) or unknown (self), nothing is excluded but a row with itself, all labels are 0.</summary>
    /// <param name="layout">Which rows meet.</param>
    /// <param name="anchors">n.</param>
    /// <param name="candidates">m ≥ n, where the candidates beyond n are given negatives, as many for each anchor in the anchors' order; as many as anchors in the other layouts.</param>
    public void Reset(CosineLayout layout, int anchors, int candidates)
    {
        (Layout, Anchors, Candidates) = (layout, anchors, layout == CosineLayout.Paired ? 1 : candidates);
        GrowOnly.Ensure(ref _cosines, checked(Anchors * Candidates));
        GrowOnly.Ensure(ref _positives, anchors);
        GrowOnly.Ensure(ref _labels, anchors);
        GrowOnly.Ensure(ref _owners, candidates);
        Labels.Clear();
        (AnyExcluded, HasBefore, _scoreCount) = (false, false, 0);
        int negatives = Math.Max(1, (candidates - anchors) / Math.Max(1, anchors));
        for (int i = 0; i < anchors; i++)
        {
            _positives[i] = layout == CosineLayout.Self ? -1 : i;
        }

        for (int j = 0; j < Candidates; j++)
        {
            _owners[j] = j < anchors ? j : Math.Min(anchors - 1, (j - anchors) / negatives);
        }

        for (int i = 0; i < anchors && layout == CosineLayout.Self; i++)
        {
            Exclude(i, i);
        }
    }

    /// <summary>The cosines of anchor <paramref name="i"/>.</summary>
    public Span<T> Row(int i) => _cosines.AsSpan(i * Candidates, Candidates);

    /// <summary>The frozen embeddings' cosines of anchor <paramref name="i"/>.</summary>
    public Span<T> BeforeRow(int i) => _before.AsSpan(i * Candidates, Candidates);

    /// <summary>Makes room for the frozen embeddings' cosines.</summary>
    public void ResetBefore()
    {
        GrowOnly.Ensure(ref _before, Anchors * Candidates);
        HasBefore = true;
    }

    /// <summary>Makes room for <see cref="Scores"/> and sets all to NaN.</summary>
    public void ResetScores()
    {
        _scoreCount = Anchors * Candidates;
        GrowOnly.Ensure(ref _scores, _scoreCount);
        Scores.Fill(T.NaN);
    }

    /// <summary>Takes pair (i, j) out of the negatives.</summary>
    public void Exclude(int i, int j)
    {
        if (!AnyExcluded)
        {
            GrowOnly.Ensure(ref _excluded, Anchors * Candidates);
            _excluded.AsSpan(0, Anchors * Candidates).Clear();
            AnyExcluded = true;
        }

        _excluded[(i * Candidates) + j] = true;
    }

    /// <summary>Whether pair (i, j) is no negative.</summary>
    public bool IsExcluded(int i, int j) => AnyExcluded && _excluded[(i * Candidates) + j];

    /// <summary>Calls <paramref name="body"/> with each anchor, on up to <see cref="Threads"/> threads.</summary>
    public void ForRows(Action<int> body) => RowWork.For(Anchors, Threads, body);
}
