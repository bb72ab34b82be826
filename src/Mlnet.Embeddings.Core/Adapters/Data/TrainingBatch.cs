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

    /// <summary>Puts examples in.</summary>
    /// <param name="table">Where they are from.</param>
    /// <param name="examples">Their numbers.</param>
    /// <param name="negatives">The most given negatives an example brings along.</param>
    /// <param name="random">Draws them where there are more.</param>
    public void Fill(ExampleTable table, ReadOnlySpan<int> examples, int negatives, Random random)
    {
        _negatives = 0;
        foreach (int example in examples)
        {
            _negatives = Math.Max(_negatives, Math.Min(negatives, table.NegativesOf(example).Length));
        }

        (_table, Anchors, Candidates) = (table, examples.Length, table.Positives is null ? 0 : examples.Length * (1 + _negatives));
        (_anchorDimensions, _candidateDimensions) = (table.AnchorDimensions, table.CandidateDimensions);
        GrowOnly.Ensure(ref _values, checked((Anchors * _anchorDimensions) + (Candidates * _candidateDimensions)));
        GrowOnly.Ensure(ref _keys, Anchors + Candidates);
        GrowOnly.Ensure(ref _rows, Anchors + Candidates);
        GrowOnly.Ensure(ref _labels, Anchors);
        GrowOnly.Ensure(ref _scores, Anchors);
        for (int i = 0; i < examples.Length; i++)
        {
            int example = examples[i];
            Put(AnchorValues, i, 0, table.Anchors, table.AnchorKeys, table.AnchorRow(example));
            _labels[i] = table.Labels is null ? 0 : table.Labels[example];
            _scores[i] = table.Scores is null ? 0 : table.Scores[example];
            if (table.Positives is not null)
            {
                Put(CandidateValues, i, Anchors, table.Positives, table.PositiveKeys, table.PositiveRow(example));
                PutNegatives(table, example, Anchors + (i * _negatives), random);
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

    private void PutNegatives(ExampleTable table, int example, int place, Random random)
    {
        ReadOnlySpan<int> given = table.NegativesOf(example);
        int count = Math.Min(_negatives, given.Length);

        // Of many, a run from a place drawn at random, around the end: as fair as a draw one by one, and without a list of its own.
        int first = count < given.Length ? random.Next(given.Length) : 0;
        for (int i = 0; i < _negatives; i++, place++)
        {
            if (i < count)
            {
                Put(CandidateValues, place, Anchors, table.Negatives!, table.NegativeKeys, given[(first + i) % given.Length]);
                continue;
            }

            // An example with fewer negatives than others has zeros in their place, which count for nobody.
            CandidateValues.Span.Slice(place * _candidateDimensions, _candidateDimensions).Clear();
            _rows[Anchors + place] = -1;
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
                if (j != i && (_rows[Anchors + j] < 0 || candidates[j] == candidates[i] || (j < Anchors && anchors[j] == anchors[i]) || IsRelevant(i, j)))
                {
                    cosines.Exclude(i, j);
                }
            }
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
