using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The examples of a step: vectors of the anchors, then those of the candidates (positives in the anchors' order, then given negatives), and what is known about them.</summary>
/// <remarks>Buffers are kept, so that steps of one size allocate none.</remarks>
internal sealed partial class TrainingBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _values = [];
    private ulong[] _keys = [];
    private int[] _labels = [];
    private int[] _rows = [];
    private float[] _scores = [];
    private float[] _candidateScores = [];
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

    /// <summary>The rows of all vectors in the matrices they are from; −1 for one that is from none.</summary>
    public ReadOnlyMemory<int> Numbers => _rows.AsMemory(0, Anchors + Candidates);

    /// <summary>The class of each anchor, where rows have one; a strategy may change it.</summary>
    public Span<int> Labels => _labels.AsSpan(0, Anchors);

    /// <summary>The score of each pair, where it has one.</summary>
    public ReadOnlySpan<float> Scores => _scores.AsSpan(0, Anchors);

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

    /// <summary>Adds noise to every row.</summary>
    public void Disturb(RowNoise noise, Random random) => noise.Add(AnchorValues.Span, CandidateValues.Span, random);

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
}
