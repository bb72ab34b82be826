using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters.Training;

/// <content>What <see cref="BatchMixing"/> reads and writes.</content>
internal sealed partial class TrainingBatch<T>
{
    private int[] _secondLabels = [];
    private T[] _labelShares = [];

    /// <summary>Whether rows are mixed of two classes each.</summary>
    public bool IsLabelMixture { get; private set; }

    /// <summary>The second class of each anchor; empty where rows are not mixed.</summary>
    public Span<int> SecondLabels => IsLabelMixture ? _secondLabels.AsSpan(0, Anchors) : [];

    /// <summary>The share of each anchor that is of its first class; empty where rows are not mixed.</summary>
    public Span<T> LabelShares => IsLabelMixture ? _labelShares.AsSpan(0, Anchors) : [];

    /// <summary>Makes room for second classes.</summary>
    public void BeginLabelMixture()
    {
        GrowOnly.Ensure(ref _secondLabels, Anchors);
        GrowOnly.Ensure(ref _labelShares, Anchors);
        IsLabelMixture = true;
    }

    /// <summary>How many negatives were given for an anchor.</summary>
    public int GivenNegatives(int anchor) => _given[anchor];

    /// <summary>A negative that was given for an anchor.</summary>
    public ReadOnlySpan<T> Negative(int anchor, int index) => Candidate(Anchors + (anchor * (_negatives + _extra)) + index);

    /// <summary>The place of a negative that an anchor gets beside the given ones; it counts for that anchor from now on.</summary>
    public Span<T> ExtraNegative(int anchor, int index)
    {
        int place = Anchors + (anchor * (_negatives + _extra)) + _negatives + index;
        _rows[Anchors + place] = MadeFor(anchor);
        return Candidate(place);
    }

    private Span<T> Candidate(int index) => CandidateValues.Span.Slice(index * _candidateDimensions, _candidateDimensions);

    // In place of a row's number: the row was made for one anchor.
    private static int MadeFor(int anchor) => -2 - anchor;
}
