namespace Mlnet.Embeddings.Static.Training;

/// <summary>Draws batches from a window of pairs: most from one source each, the rest mixed, all in random order.</summary>
internal sealed class BatchPlan(StaticModelTrainerOptions options, int seed)
{
    // Enough batches that the larger of some dozens of sources fill batches of their own.
    private const int WindowBatches = 64;

    private readonly Random _random = new(seed);
    private readonly PairBatch _batch = new();

    /// <summary>The batches; each is valid until the next is asked for. Up to a batch less one pair is left out at the end.</summary>
    public IEnumerable<PairBatch> Batches(IEnumerable<TokenizedPair> pairs)
    {
        int size = options.BatchSize;
        List<TokenizedPair> window = [];
        foreach (TokenizedPair pair in pairs)
        {
            window.Add(pair);
            if (window.Count < WindowBatches * size)
            {
                continue;
            }

            foreach (TokenizedPair[] batch in Draw(window))
            {
                _batch.Fill(batch);
                yield return _batch;
            }
        }

        foreach (TokenizedPair[] batch in Draw(window))
        {
            _batch.Fill(batch);
            yield return _batch;
        }
    }

    /// <summary>Takes whole batches out of the window and leaves the pairs that fill none.</summary>
    private TokenizedPair[][] Draw(List<TokenizedPair> window)
    {
        List<TokenizedPair[]> batches = [];
        TokenizedPair[] order = [.. window];
        _random.Shuffle(order);
        List<TokenizedPair> mixed = [];
        Dictionary<string, List<TokenizedPair>> sources = [];
        foreach (TokenizedPair pair in order)
        {
            List<TokenizedPair> group = _random.NextDouble() < options.SingleSourceShare ? Group(sources, pair.Source) : mixed;
            group.Add(pair);
            TakeBatch(group, batches);
        }

        foreach (TokenizedPair pair in sources.Values.SelectMany(rest => rest).ToArray())
        {
            mixed.Add(pair);
        }

        TokenizedPair[] shuffled = [.. mixed];
        _random.Shuffle(shuffled);
        window.Clear();
        foreach (TokenizedPair pair in shuffled)
        {
            window.Add(pair);
            TakeBatch(window, batches);
        }

        TokenizedPair[][] result = [.. batches];
        _random.Shuffle(result);
        return result;
    }

    private void TakeBatch(List<TokenizedPair> group, List<TokenizedPair[]> batches)
    {
        if (group.Count == options.BatchSize)
        {
            batches.Add([.. group]);
            group.Clear();
        }
    }

    private static List<TokenizedPair> Group(Dictionary<string, List<TokenizedPair>> sources, string source)
    {
        if (!sources.TryGetValue(source, out List<TokenizedPair>? group))
        {
            sources[source] = group = [];
        }

        return group;
    }
}
