using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The examples of a step: vectors of the anchors, then those of the candidates (positives in the anchors' order, then given negatives), and what is known about them.</summary>
/// <remarks>Buffers are kept, so that steps of one size allocate none.</remarks>
internal sealed class TrainingBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _values = [];
    private ulong[] _keys = [];
    private int[] _labels = [];
    private int[] _rows = [];
    private float[] _scores = [];
    private float[] _candidateScores = [];
    private int[] _secondLabels = [];
    private T[] _labelShares = [];
    private int[] _given = [];
    private int _extra;
    private int _negatives;
    private int _anchorDimensions;
    private int _candidateDimensions;
    private ExampleTable? _table;

    /// <summary>n.</summary>
    public int Anchors { get; private set; }

    /// <summary>m; 0 where rows meet themselves.</summary>
    public int Candidates { get; private set; }

    /// <summary>All vectors.</summary>
    public Memory<T> Values => _values.AsMemory(0, (Anchors * _anchorDimensions) + (Candidates * _candidateDimensions));

    /// <summary>n×d.</summary>
    public Memory<T> AnchorValues => Values[..(Anchors * _anchorDimensions)];

    /// <summary>m×d.</summary>
    public Memory<T> CandidateValues => Values[(Anchors * _anchorDimensions)..];

    /// <summary>The class of each anchor, where rows have one; a strategy may change it.</summary>
    public Span<int> Labels => _labels.AsSpan(0, Anchors);

    /// <summary>The score of each pair, where it has one.</summary>
    public ReadOnlySpan<float> Scores => _scores.AsSpan(0, Anchors);

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

    /// <summary>Puts examples in.</summary>
    /// <param name="table">Where they are from.</param>
    /// <param name="examples">Their numbers.</param>
    /// <param name="negatives">The most given negatives an example brings along.</param>
    /// <param name="random">Draws them where there are more.</param>
    /// <param name="extra">Places for further negatives of each anchor, which count for nobody until they are asked for.</param>
    public void Fill(ExampleTable table, ReadOnlySpan<int> examples, int negatives, Random random, int extra = 0)
    {
        (_negatives, _extra, IsLabelMixture) = (0, extra, false);
        foreach (int example in examples)
        {
            _negatives = Math.Max(_negatives, Math.Min(negatives, table.NegativesOf(example).Length));
        }

        (_table, Anchors, Candidates) = (table, examples.Length, table.Positives is null ? 0 : examples.Length * (1 + _negatives + _extra));
        (_anchorDimensions, _candidateDimensions) = (table.AnchorDimensions, table.CandidateDimensions);
        GrowOnly.Ensure(ref _values, checked((Anchors * _anchorDimensions) + (Candidates * _candidateDimensions)));
        GrowOnly.Ensure(ref _keys, Anchors + Candidates);
        GrowOnly.Ensure(ref _rows, Anchors + Candidates);
        GrowOnly.Ensure(ref _labels, Anchors);
        GrowOnly.Ensure(ref _scores, Anchors);
        GrowOnly.Ensure(ref _given, Anchors);
        GrowOnly.Ensure(ref _candidateScores, Candidates);
        for (int i = 0; i < examples.Length; i++)
        {
            int example = examples[i];
            Put(AnchorValues, i, 0, table.Anchors, table.AnchorKeys, table.AnchorRow(example));
            _labels[i] = table.Labels is null ? 0 : table.Labels[example];
            _scores[i] = table.Scores is null ? 0 : table.Scores[example];
            if (table.Positives is not null)
            {
                Put(CandidateValues, i, Anchors, table.Positives, table.PositiveKeys, table.PositiveRow(example));
                PutNegatives(table, example, i, random);
            }
        }
    }

    /// <summary>Tells a loss's frame what the batch is.</summary>
    /// <param name="cosines">What is filled.</param>
    /// <param name="layout">Which rows meet.</param>
    /// <param name="excludesMates">Whether rows of an anchor's class are no negatives of it, rather than positives that the loss finds by itself.</param>
    /// <param name="random">Draws the positives of rows with a class.</param>
    public void Describe(CosineBatch<T> cosines, CosineLayout layout, bool excludesMates, Random random)
    {
        cosines.Reset(layout, Anchors, layout == CosineLayout.Crossed ? Candidates : Anchors);
        switch (layout)
        {
            case CosineLayout.Self:
                Labels.CopyTo(cosines.Labels);
                if (IsLabelMixture)
                {
                    cosines.ResetMixture();
                    SecondLabels.CopyTo(cosines.SecondLabels);
                    LabelShares.CopyTo(cosines.LabelShares);
                }

                DrawPositives(cosines, excludesMates, random);
                break;
            case CosineLayout.Paired:
                cosines.ResetScores();
                TensorPrimitives.ConvertTruncating(Scores, cosines.Scores);
                break;
            case CosineLayout.Views:
                ExcludeEqualPairs(cosines);
                break;
            default:
                ExcludeFalseNegatives(cosines);
                if (_table!.CandidateScores is not null)
                {
                    TellScores(cosines);
                }

                break;
        }
    }

    private void Put(Memory<T> to, int index, int offset, EmbeddingMatrix from, ulong[] keys, int row)
    {
        ReadOnlySpan<float> values = from.Row(row);
        TensorPrimitives.ConvertTruncating(values, to.Span.Slice(index * values.Length, values.Length));
        _keys[offset + index] = keys[row];
        _rows[offset + index] = row;
    }

    private void PutNegatives(ExampleTable table, int example, int anchor, Random random)
    {
        ReadOnlySpan<int> given = table.NegativesOf(example);
        int count = Math.Min(_negatives, given.Length), place = Anchors + (anchor * (_negatives + _extra));
        _given[anchor] = count;
        _candidateScores[anchor] = table.ScoreOf(example, 0);

        // Of many, a run from a place drawn at random, around the end: as fair as a draw one by one, and without a list of its own.
        int first = count < given.Length ? random.Next(given.Length) : 0;
        for (int i = 0; i < _negatives + _extra; i++, place++)
        {
            if (i < count)
            {
                int chosen = (first + i) % given.Length;
                Put(CandidateValues, place, Anchors, table.Negatives!, table.NegativeKeys, given[chosen]);
                _candidateScores[place] = table.ScoreOf(example, 1 + chosen);
                continue;
            }

            // An example with fewer negatives than others has zeros in their place, which count for nobody.
            Candidate(place).Clear();
            _rows[Anchors + place] = -1;
            _candidateScores[place] = float.NaN;
        }
    }

    // The same text twice in a batch, another positive of the same anchor and what is known to be relevant are no negatives.
    private void ExcludeFalseNegatives(CosineBatch<T> cosines)
    {
        ReadOnlySpan<ulong> anchors = _keys.AsSpan(0, Anchors), candidates = _keys.AsSpan(Anchors, Candidates);
        for (int i = 0; i < Anchors; i++)
        {
            for (int j = 0; j < candidates.Length; j++)
            {
                if (j != i && _rows[Anchors + j] != MadeFor(i) && (_rows[Anchors + j] < 0 || candidates[j] == candidates[i] || (j < Anchors && anchors[j] == anchors[i]) || IsRelevant(i, j)))
                {
                    cosines.Exclude(i, j);
                }
            }
        }
    }

    // A teacher's scores are of an anchor's own candidates.
    private void TellScores(CosineBatch<T> cosines)
    {
        cosines.ResetScores();
        for (int i = 0; i < Anchors; i++)
        {
            Span<T> scores = cosines.Scores.Slice(i * Candidates, Candidates);
            scores[i] = T.CreateTruncating(_candidateScores[i]);
            (int first, int count) = cosines.NegativesOf(i).GetOffsetAndLength(Candidates);
            TensorPrimitives.ConvertTruncating(_candidateScores.AsSpan(first, count), scores.Slice(first, count));
        }
    }

    private void ExcludeEqualPairs(CosineBatch<T> cosines)
    {
        for (int i = 0; i < Anchors; i++)
        {
            for (int j = i + 1; j < Anchors; j++)
            {
                if (_keys[i] == _keys[j] || _keys[Anchors + i] == _keys[Anchors + j] || _keys[i] == _keys[Anchors + j] || _keys[j] == _keys[Anchors + i] || IsRelevant(i, j) || IsRelevant(j, i))
                {
                    cosines.ExcludePairs(i, j);
                }
            }
        }
    }

    private bool IsRelevant(int anchor, int candidate) => _table!.Relevant is HashSet<(int, int)> relevant && relevant.Contains((_rows[anchor], _rows[Anchors + candidate]));

    // One of the other rows of the class, each as likely; none where a row's class is alone in the batch.
    private static void DrawPositives(CosineBatch<T> cosines, bool excludesMates, Random random)
    {
        ReadOnlySpan<int> labels = cosines.Labels;
        for (int i = 0; i < labels.Length; i++)
        {
            int mates = labels.Count(labels[i]) - 1;
            if (mates == 0)
            {
                continue;
            }

            int skip = random.Next(mates);
            for (int j = 0; j < labels.Length; j++)
            {
                if (j == i || labels[j] != labels[i])
                {
                    continue;
                }

                if (skip-- == 0)
                {
                    cosines.Positives[i] = j;
                }
                else if (excludesMates)
                {
                    cosines.Exclude(i, j);
                }
            }
        }
    }
}
