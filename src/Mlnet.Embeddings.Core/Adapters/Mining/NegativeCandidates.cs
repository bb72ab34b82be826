using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Adapters;

/// <summary>The different vectors that can be negatives, and for each pair those that cannot be its own.</summary>
internal sealed class NegativeCandidates
{
    private readonly int[] _anchorNumbers;
    private readonly int[] _selves;
    private readonly int[] _positives;
    private readonly int[] _keys;
    private readonly int[] _firstRows;
    private readonly Dictionary<int, HashSet<int>> _ofAnchor = [];
    private readonly Dictionary<int, HashSet<int>> _ofKey = [];

    public NegativeCandidates(EmbeddingMatrix anchors, EmbeddingMatrix positives, EmbeddingMatrix? corpus, ReadOnlySpan<int> keys, ReadOnlySpan<int> corpusKeys)
    {
        Anchors = UnitRows.Of(anchors);
        Positives = UnitRows.Of(positives);
        Vectors = DistinctVectors.Of(corpus is null ? Positives : UnitRows.Of(corpus), out int[] numbers);
        _firstRows = FirstRows(numbers, Vectors.Rows);
        DistinctVectors known = Known(Vectors);
        _ = DistinctVectors.Of(Anchors, out _anchorNumbers);
        _selves = Numbers(known, Anchors);
        _positives = corpus is null ? numbers : Numbers(known, Positives);
        _keys = keys.ToArray();
        for (int i = 0; i < _positives.Length; i++)
        {
            Add(_ofAnchor, _anchorNumbers[i], _positives[i]);
        }

        AddAll(_ofKey, keys, _positives);
        AddAll(_ofKey, corpusKeys, numbers);

        MostOwn = 1 + Most(_ofAnchor) + Most(_ofKey);
    }

    /// <summary>The anchors at length 1.</summary>
    public EmbeddingMatrix Anchors { get; }

    /// <summary>The positives at length 1.</summary>
    public EmbeddingMatrix Positives { get; }

    /// <summary>The candidates at length 1, each once.</summary>
    public EmbeddingMatrix Vectors { get; }

    /// <summary>No pair has more candidates that are its own.</summary>
    public int MostOwn { get; }

    /// <summary>The first row, among the candidates as they were given, of a candidate.</summary>
    public int FirstRow(int candidate) => _firstRows[candidate];

    /// <summary>Whether a candidate is a pair's anchor or an answer to it.</summary>
    public bool IsOwn(int pair, int candidate) =>
        candidate == _selves[pair] || _ofAnchor[_anchorNumbers[pair]].Contains(candidate) || (_keys.Length > 0 && _keys[pair] >= 0 && _ofKey[_keys[pair]].Contains(candidate));

    private static int[] FirstRows(int[] numbers, int count)
    {
        int[] rows = new int[count];
        for (int i = numbers.Length - 1; i >= 0; i--)
        {
            rows[numbers[i]] = i;
        }

        return rows;
    }

    private static DistinctVectors Known(EmbeddingMatrix vectors)
    {
        DistinctVectors known = new(number => vectors.Row(number));
        for (int i = 0; i < vectors.Rows; i++)
        {
            known.Add(vectors.Row(i));
        }

        return known;
    }

    private static int[] Numbers(DistinctVectors known, EmbeddingMatrix rows)
    {
        int[] numbers = new int[rows.Rows];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = known.Find(rows.Row(i));
        }

        return numbers;
    }

    private static void AddAll(Dictionary<int, HashSet<int>> sets, ReadOnlySpan<int> keys, int[] candidates)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] >= 0)
            {
                Add(sets, keys[i], candidates[i]);
            }
        }
    }

    // A positive that is no candidate has the number −1, which no candidate has either.
    private static void Add(Dictionary<int, HashSet<int>> sets, int key, int candidate)
    {
        if (!sets.TryGetValue(key, out HashSet<int>? set))
        {
            sets.Add(key, set = []);
        }

        set.Add(candidate);
    }

    private static int Most(Dictionary<int, HashSet<int>> sets)
    {
        int most = 0;
        foreach (HashSet<int> set in sets.Values)
        {
            most = Math.Max(most, set.Count);
        }

        return most;
    }
}
