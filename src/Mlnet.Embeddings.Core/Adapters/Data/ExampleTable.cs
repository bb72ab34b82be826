using System.Numerics;
using System.Runtime.InteropServices;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Examples to train on, as rows of matrices that belong to the caller.</summary>
internal sealed class ExampleTable
{
    private ulong[]? _anchorKeys;
    private ulong[]? _positiveKeys;
    private ulong[]? _negativeKeys;

    /// <summary>What the examples are.</summary>
    public required AdapterLossRows Rows { get; init; }

    /// <summary>Examples.</summary>
    public required int Count { get; init; }

    /// <summary>The anchors' vectors; all there are, where rows have a class.</summary>
    public required EmbeddingMatrix Anchors { get; init; }

    /// <summary>The positives' vectors; null where rows have a class.</summary>
    public EmbeddingMatrix? Positives { get; init; }

    /// <summary>The given negatives' vectors; where they are mined, the positives.</summary>
    public EmbeddingMatrix? Negatives { get; init; }

    /// <summary>Negatives that were mined in place of given ones, as rows of <see cref="Positives"/>: those of each example.</summary>
    public int[][]? Mined { get; set; }

    /// <summary>The row of each example's anchor; null where it is the example's number.</summary>
    public int[]? AnchorRows { get; init; }

    /// <summary>The row of each example's positive; null where it is the example's number.</summary>
    public int[]? PositiveRows { get; init; }

    /// <summary>The rows of example i's negatives lie in <see cref="NegativeRows"/> from <c>NegativeStarts[i]</c> until before <c>NegativeStarts[i + 1]</c>.</summary>
    public int[]? NegativeStarts { get; init; }

    /// <summary>Rows of <see cref="Negatives"/>.</summary>
    public int[]? NegativeRows { get; init; }

    /// <summary>The score of each example.</summary>
    public float[]? Scores { get; init; }

    /// <summary>A teacher's scores of each example's candidates: of the positive, then of the negatives, as they lie in <see cref="NegativeRows"/>; n + all negatives.</summary>
    public float[]? CandidateScores { get; init; }

    /// <summary>The class of each example.</summary>
    public int[]? Labels { get; init; }

    /// <summary>K, where rows have a class; else 0.</summary>
    public int Classes { get; init; }

    /// <summary>What examples may not be divided between training and validation; null where equal anchors tell.</summary>
    public int[]? Groups { get; init; }

    /// <summary>Pairs (query's row, document's row) that belong together, where that is known beyond the examples of a batch.</summary>
    public HashSet<(int Anchor, int Positive)>? Relevant { get; init; }

    /// <summary>A number for each row of the anchors' vectors, equal for equal rows.</summary>
    public ulong[] AnchorKeys => _anchorKeys ??= Keys(Anchors);

    /// <summary>The same of <see cref="Positives"/>.</summary>
    public ulong[] PositiveKeys => _positiveKeys ??= ReferenceEquals(Positives, Anchors) ? AnchorKeys : Keys(Positives!);

    /// <summary>The same of <see cref="Negatives"/>.</summary>
    public ulong[] NegativeKeys => _negativeKeys ??= ReferenceEquals(Negatives, Positives) ? PositiveKeys : Keys(Negatives!);

    /// <summary>Values of an anchor.</summary>
    public int AnchorDimensions => Anchors.Dimensions;

    /// <summary>Values of a positive or negative.</summary>
    public int CandidateDimensions => (Positives ?? Anchors).Dimensions;

    public int AnchorRow(int example) => AnchorRows is null ? example : AnchorRows[example];

    public int PositiveRow(int example) => PositiveRows is null ? example : PositiveRows[example];

    public ReadOnlySpan<int> NegativesOf(int example) => Mined is not null ? Mined[example] : NegativeStarts is null ? [] : NegativeRows.AsSpan(NegativeStarts[example]..NegativeStarts[example + 1]);

    /// <summary>A teacher's score of an example's positive (0) or one of its negatives (from 1); NaN where there is none.</summary>
    public float ScoreOf(int example, int candidate) => CandidateScores is null ? float.NaN : CandidateScores[NegativeStarts![example] + example + candidate];

    /// <summary>What keeps an example with others: its group, or its anchor's key.</summary>
    public ulong GroupOf(int example) => Groups is null ? AnchorKeys[AnchorRow(example)] : VectorHash.Mix((ulong)Groups[example]);

    /// <summary>The same examples with room for negatives of their own, to be mined.</summary>
    public ExampleTable ForMining() => new()
    {
        Rows = AdapterLossRows.Negatives,
        Count = Count,
        Anchors = Anchors,
        Positives = Positives,
        Negatives = Positives,
        AnchorRows = AnchorRows,
        PositiveRows = PositiveRows,
        Groups = Groups,
        Relevant = Relevant,
    };

    /// <summary>A number that depends on the vectors of all examples and on all that is said of them.</summary>
    public ulong Fingerprint(ulong seed)
    {
        ulong state = VectorHash.Mix(seed ^ (ulong)Rows);
        state = Mixed<ulong>(state, AnchorKeys);
        state = Positives is null ? state : Mixed<ulong>(state, PositiveKeys);
        state = Negatives is null ? state : Mixed<ulong>(state, NegativeKeys);
        foreach (int[]? numbers in new[] { AnchorRows, PositiveRows, NegativeStarts, NegativeRows, Labels, Groups })
        {
            state = numbers is null ? state : Mixed(state, MemoryMarshal.Cast<int, uint>(numbers));
        }

        foreach (float[]? scores in new[] { Scores, CandidateScores })
        {
            state = scores is null ? state : Mixed(state, MemoryMarshal.Cast<float, uint>(scores));
        }

        return state;
    }

    private static ulong Mixed<T>(ulong state, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        state = VectorHash.Mix(state ^ (ulong)values.Length);
        foreach (T value in values)
        {
            state = VectorHash.Mix(state ^ ulong.CreateTruncating(value));
        }

        return state;
    }

    private static ulong[] Keys(EmbeddingMatrix rows)
    {
        ulong[] keys = new ulong[rows.Rows];
        Parallel.For(0, keys.Length, i => keys[i] = VectorHash.Of(rows.Row(i), 0));
        return keys;
    }
}
