namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Mines the negatives of examples, with frozen embeddings or with an adapter in training.</summary>
/// <param name="table">Where the examples are from; it takes the negatives.</param>
/// <param name="examples">The examples.</param>
/// <param name="options">How.</param>
/// <param name="threads">The most threads to use.</param>
internal sealed class RefreshedNegatives(ExampleTable table, int[] examples, NegativeRemining options, int threads)
{
    private const int BlockRows = 1024;

    private readonly HardNegativeMiner _miner = new(WithThreads(options.Miner, threads));
    private readonly int[] _anchors = [.. examples.Select(table.AnchorRow)];
    private readonly int[] _positives = [.. examples.Select(table.PositiveRow)];
    private readonly int[]? _corpus = table.Relevant is null ? null : [.. Enumerable.Range(0, table.Positives!.Rows)];

    /// <summary>Steps from one mining to the next.</summary>
    public int EverySteps => options.EverySteps;

    /// <summary>The negatives of all of the table's examples.</summary>
    public int[][] Mined => table.Mined!;

    /// <summary>Mines with the frozen embeddings.</summary>
    public RefreshedNegatives MineFrozen(CancellationToken cancellationToken)
    {
        Mine(Gather(table.Anchors, _anchors), Gather(table.Positives!, _positives), _corpus is null ? null : table.Positives, cancellationToken);
        return this;
    }

    /// <summary>Mines with the adapter as it is.</summary>
    public void Mine(TowerModel<float> model, CancellationToken cancellationToken) => Mine(
        Adapt(model.Query, table.Anchors, _anchors), Adapt(model.Passage, table.Positives!, _positives), _corpus is null ? null : Adapt(model.Passage, table.Positives!, _corpus), cancellationToken);

    /// <summary>Takes what was mined before a training was interrupted.</summary>
    /// <exception cref="InvalidDataException">It does not fit the examples.</exception>
    public void Restore(int[][]? mined)
    {
        if (mined is null || mined.Length != table.Count || Array.Exists(mined, rows => Array.Exists(rows, row => (uint)row >= (uint)table.Positives!.Rows)))
        {
            throw new InvalidDataException($"The checkpoint's negatives are not those of {table.Count} examples with {table.Positives!.Rows} documents; delete the file to begin anew.");
        }

        table.Mined = mined;
    }

    private void Mine(EmbeddingMatrix anchors, EmbeddingMatrix positives, EmbeddingMatrix? corpus, CancellationToken cancellationToken)
    {
        HardNegatives found = _miner.Mine(anchors, positives, corpus, cancellationToken: cancellationToken);
        table.Mined ??= [.. Enumerable.Repeat(Array.Empty<int>(), table.Count)];
        for (int i = 0; i < examples.Length; i++)
        {
            int[] rows = found.Rows(i).ToArray();
            for (int k = 0; k < rows.Length && corpus is null; k++)
            {
                rows[k] = _positives[rows[k]];
            }

            table.Mined[examples[i]] = rows;
        }
    }

    private static EmbeddingMatrix Gather(EmbeddingMatrix matrix, int[] rows)
    {
        EmbeddingMatrix gathered = new(rows.Length, matrix.Dimensions);
        for (int i = 0; i < rows.Length; i++)
        {
            matrix.Row(rows[i]).CopyTo(gathered.Row(i));
        }

        return gathered;
    }

    private EmbeddingMatrix Adapt(AdapterNetwork<float> network, EmbeddingMatrix matrix, int[] rows)
    {
        float[] outputs = new float[rows.Length * network.OutputDimensions];
        for (int first = 0; first < rows.Length; first += BlockRows)
        {
            int count = Math.Min(BlockRows, rows.Length - first);
            float[] inputs = Gather(matrix, rows[first..(first + count)]).Values.ToArray();
            network.Forward(new(inputs, count), outputs.AsMemory(first * network.OutputDimensions, count * network.OutputDimensions), threads);
        }

        return new(outputs, rows.Length, network.OutputDimensions);
    }

    private static HardNegativeMinerOptions WithThreads(HardNegativeMinerOptions miner, int threads)
    {
        HardNegativeMinerOptions copy = miner.Copied<HardNegativeMinerOptions>();
        copy.Threads ??= threads;
        return copy;
    }
}
