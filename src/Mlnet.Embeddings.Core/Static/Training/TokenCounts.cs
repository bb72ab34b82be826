namespace Mlnet.Embeddings.Static.Training;

/// <summary>How many pairs there are, and how often each token occurs in them.</summary>
internal sealed class TokenCounts(int vocabularySize)
{
    private readonly long[] _counts = new long[vocabularySize];
    private long _total;

    public long Pairs { get; private set; }

    public static TokenCounts Of(PairReader reader, IEnumerable<TextPair> pairs, int vocabularySize, IProgress<StaticTrainingProgress>? progress, CancellationToken cancellationToken)
    {
        TokenCounts counts = new(vocabularySize);
        foreach (TokenizedPair pair in reader.Read(pairs))
        {
            counts.Add(pair.Left);
            counts.Add(pair.Right);
            if (++counts.Pairs % 10_000 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Report(new(0, counts.Pairs, 0, double.NaN, 0));
            }
        }

        return counts;
    }

    /// <summary>a/(a + p) for the token's share p of all tokens; 1 where a is 0.</summary>
    public double Damping(int token, double a) => a > 0 && _total > 0 ? a / (a + (_counts[token] / (double)_total)) : 1;

    private void Add(int[] tokens)
    {
        foreach (int token in tokens)
        {
            _counts[token]++;
        }

        _total += tokens.Length;
    }
}
