namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Batches of examples that stream by: a window of them is held and shuffled at a time.</summary>
internal sealed class StreamedFeed : ExampleFeed
{
    private readonly IEnumerable<AdapterTrainingData> _blocks;
    private readonly Func<ExampleTable, int, bool> _takes;
    private readonly AdapterTrainerOptions _options;
    private readonly BatchStrategy _strategy;
    private readonly int _windowSize;

    /// <param name="blocks">The examples.</param>
    /// <param name="takes">Which of them.</param>
    /// <param name="options">Sizes and seed.</param>
    /// <param name="strategy">How they come together.</param>
    /// <param name="cancellationToken">Ends the count.</param>
    public StreamedFeed(IEnumerable<AdapterTrainingData> blocks, Func<ExampleTable, int, bool> takes, AdapterTrainerOptions options, BatchStrategy strategy, CancellationToken cancellationToken)
    {
        (_blocks, _takes, _options, _strategy, _windowSize) = (blocks, takes, options, strategy, (int)Math.Min(int.MaxValue, (long)options.WindowBatches * options.BatchSize));
        foreach (ExampleTable table in Tables())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Classes = Math.Max(Classes, table.Classes);
            for (int i = 0; i < table.Count; i++)
            {
                Count += takes(table, i) ? 1 : 0;
            }
        }

        long rest = Count % _windowSize;
        Batches = checked((int)((Count / _windowSize * strategy.CountBatches(_windowSize, options.BatchSize)) + (rest > 0 ? strategy.CountBatches((int)rest, options.BatchSize) : 0)));
    }

    public override long Count { get; }

    public override int Batches { get; }

    /// <summary>The most classes that a block has.</summary>
    public int Classes { get; }

    public override IEnumerable<BatchSlice> Epoch(int epoch, int skip)
    {
        ExampleWindow window = new(_windowSize);
        BatchList batches = new();
        int number = 0;
        foreach (ExampleTable full in Windows(window))
        {
            int count = _strategy.CountBatches(full.Count, _options.BatchSize);
            if (skip < count)
            {
                int[] all = new int[full.Count];
                for (int i = 0; i < all.Length; i++)
                {
                    all[i] = i;
                }

                batches.Clear();
                _strategy.Plan(full, all, _options.BatchSize, _options.Seed).Draw(batches, Seeds.Of(_options.Seed, epoch, number));
                for (int batch = skip; batch < batches.Count; batch++)
                {
                    yield return new(full, batches[batch]);
                }
            }

            skip = Math.Max(0, skip - count);
            number++;
        }
    }

    private IEnumerable<ExampleTable> Windows(ExampleWindow window)
    {
        foreach (ExampleTable table in Tables())
        {
            for (int i = 0; i < table.Count; i++)
            {
                if (!_takes(table, i))
                {
                    continue;
                }

                window.Add(table, i);
                if (window.IsFull)
                {
                    yield return window.Take();
                }
            }
        }

        if (window.Count > 0)
        {
            yield return window.Take();
        }
    }

    private IEnumerable<ExampleTable> Tables()
    {
        ExampleTable? first = null;
        foreach (AdapterTrainingData block in _blocks)
        {
            ExampleTable table = block.Table ?? throw new ArgumentException("A block is made of blocks itself; give blocks that lie in memory.", "blocks");
            first ??= table;
            if (table.Rows != first.Rows || table.AnchorDimensions != first.AnchorDimensions || table.CandidateDimensions != first.CandidateDimensions)
            {
                throw new ArgumentException($"A block holds {table.Rows} of {table.AnchorDimensions} dimensions, the first {first.Rows} of {first.AnchorDimensions}; give blocks of one kind.", "blocks");
            }

            yield return table;
        }
    }
}
