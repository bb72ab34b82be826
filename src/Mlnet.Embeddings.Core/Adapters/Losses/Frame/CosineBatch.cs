using System.Numerics;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>The cosines of a batch of n anchors and m candidates, and what is known about them. It is filled again for every step.</summary>
/// <typeparam name="T"><see cref="float"/> in use, <see cref="double"/> where gradients are checked.</typeparam>
internal sealed partial class CosineBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _cosines = [];
    private T[] _before = [];
    private T[] _scores = [];
    private int[] _positives = [];
    private int[] _secondLabels = [];
    private T[] _labelShares = [];
    private int[] _labels = [];
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

    /// <summary>Anchor i's positive among the candidates, −1 for none. Crossed, it is i or −1; paired, it is 0.</summary>
    public Span<int> Positives => _positives.AsSpan(0, Anchors);

    /// <summary>The class of each anchor.</summary>
    public Span<int> Labels => _labels.AsSpan(0, Anchors);

    /// <summary>Whether rows were mixed of two classes each.</summary>
    public bool IsMixed { get; private set; }

    /// <summary>The second class of each row, where <see cref="IsMixed"/>.</summary>
    public Span<int> SecondLabels => _secondLabels.AsSpan(0, Anchors);

    /// <summary>The share of each row that is of its first class, where <see cref="IsMixed"/>; the rest is of the second.</summary>
    public Span<T> LabelShares => _labelShares.AsSpan(0, Anchors);

    /// <summary>Scores: one a pair where rows are paired, else n×m with NaN where none is known; empty until <see cref="ResetScores"/>.</summary>
    public Span<T> Scores => _scores.AsSpan(0, _scoreCount);

    /// <summary>Pairs, or rows that meet themselves: anchors before both sides were put in one.</summary>
    public int Pairs { get; private set; }

    /// <summary>Begins a batch: anchor i's positive is its other side (unknown where rows meet themselves), nothing is excluded but a row with itself, all labels are 0.</summary>
    /// <param name="layout">Which rows meet.</param>
    /// <param name="anchors">n.</param>
    /// <param name="candidates">Crossed, m ≥ n: the candidates beyond n are given negatives, as many for each anchor, in the anchors' order. Else n.</param>
    /// <exception cref="ArgumentException">The number of candidates does not fit the layout.</exception>
    public void Reset(CosineLayout layout, int anchors, int candidates)
    {
        if (candidates < anchors || (layout != CosineLayout.Crossed && candidates != anchors) || (anchors > 0 && candidates % anchors != 0))
        {
            throw new ArgumentException($"{anchors} anchors cannot have {candidates} candidates here.", nameof(candidates));
        }

        Layout = layout;
        Pairs = anchors;
        Anchors = layout == CosineLayout.Views ? 2 * anchors : anchors;
        Candidates = layout switch { CosineLayout.Paired => 1, CosineLayout.Views => 2 * anchors, _ => candidates };
        GrowOnly.Ensure(ref _cosines, checked(Anchors * Candidates));
        GrowOnly.Ensure(ref _positives, Anchors);
        GrowOnly.Ensure(ref _labels, Anchors);
        Labels.Clear();
        (AnyExcluded, HasBefore, IsMixed, _scoreCount) = (false, false, false, 0);
        for (int i = 0; i < Anchors; i++)
        {
            _positives[i] = layout switch { CosineLayout.Self => -1, CosineLayout.Paired => 0, CosineLayout.Views => (i + Pairs) % Anchors, _ => i };
        }

        for (int i = 0; i < Anchors && layout is CosineLayout.Self or CosineLayout.Views; i++)
        {
            Exclude(i, i);
        }
    }

    /// <summary>The columns of the negatives that were given for anchor <paramref name="i"/>; none but where rows are crossed.</summary>
    public Range NegativesOf(int i)
    {
        int each = Layout == CosineLayout.Crossed ? (Candidates - Anchors) / Anchors : 0;
        return (Anchors + (i * each))..(Anchors + ((i + 1) * each));
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

    /// <summary>Makes room for second classes; to begin with each row is wholly of its first.</summary>
    public void ResetMixture()
    {
        GrowOnly.Ensure(ref _secondLabels, Anchors);
        GrowOnly.Ensure(ref _labelShares, Anchors);
        Labels.CopyTo(SecondLabels);
        LabelShares.Fill(T.One);
        IsMixed = true;
    }

    /// <summary>How far rows i and j are of one class: the product of their shares, summed over classes; 1 or 0 where rows are not mixed.</summary>
    public T Agreement(int i, int j)
    {
        if (!IsMixed)
        {
            return _labels[i] == _labels[j] ? T.One : T.Zero;
        }

        T p = _labelShares[i], q = _labelShares[j], agreement = T.Zero;
        agreement += _labels[i] == _labels[j] ? p * q : T.Zero;
        agreement += _labels[i] == _secondLabels[j] ? p * (T.One - q) : T.Zero;
        agreement += _secondLabels[i] == _labels[j] ? (T.One - p) * q : T.Zero;
        return agreement + (_secondLabels[i] == _secondLabels[j] ? (T.One - p) * (T.One - q) : T.Zero);
    }

    /// <summary>Anchors with a positive.</summary>
    public int CountPositives()
    {
        int count = 0;
        foreach (int positive in Positives)
        {
            count += positive >= 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Calls <paramref name="body"/> with each anchor, on up to <see cref="Threads"/> threads.</summary>
    public void ForRows(Action<int> body) => RowWork.For(Anchors, Threads, body);
}
