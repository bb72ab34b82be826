namespace Mlnet.Embeddings.Static.Training;

/// <summary>The pairs of one update: their two sides as tokens, and which of the other pairs are no negatives because a side is the same text.</summary>
internal sealed class PairBatch
{
    private readonly List<(int Left, int Right)> _masked = [];
    private readonly Dictionary<ulong, List<int>> _same = [];

    public TextBatch Left { get; } = new();

    public TextBatch Right { get; } = new();

    /// <summary>(i, j): the right side of pair j is no negative for the left side of pair i.</summary>
    public IReadOnlyList<(int Left, int Right)> Masked => _masked;

    public int Count => Left.Count;

    public void Fill(ReadOnlySpan<TokenizedPair> pairs)
    {
        Left.Clear();
        Right.Clear();
        _masked.Clear();
        foreach (TokenizedPair pair in pairs)
        {
            Left.Add(pair.Left);
            Right.Add(pair.Right);
        }

        Mask(Left);
        Mask(Right);
    }

    private void Mask(TextBatch texts)
    {
        _same.Clear();
        for (int i = 0; i < texts.Count; i++)
        {
            ulong hash = Hash(texts.Tokens(i));
            if (!_same.TryGetValue(hash, out List<int>? others))
            {
                _same[hash] = others = [];
            }

            foreach (int other in others)
            {
                _masked.Add((i, other));
                _masked.Add((other, i));
            }

            others.Add(i);
        }
    }

    // FNV-1a (Fowler, Noll and Vo); two different texts of one hash would only lose a negative.
    private static ulong Hash(ReadOnlySpan<int> tokens)
    {
        ulong hash = 14695981039346656037;
        foreach (int token in tokens)
        {
            hash = (hash ^ (uint)token) * 1099511628211;
        }

        return hash;
    }
}
