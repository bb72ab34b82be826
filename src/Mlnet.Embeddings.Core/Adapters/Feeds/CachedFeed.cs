namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Batches of examples that lie in memory.</summary>
internal sealed class CachedFeed(ExampleTable table, int[] examples, BatchStrategy strategy, int batchSize, int seed) : ExampleFeed
{
    private readonly IBatchPlan _plan = strategy.Plan(table, examples, batchSize, seed);
    private readonly BatchList _batches = new();

    public override long Count => examples.Length;

    public override int Batches => strategy.CountBatches(examples.Length, batchSize);

    public override IEnumerable<BatchSlice> Epoch(int epoch, int skip)
    {
        _batches.Clear();
        _plan.Draw(_batches, Seeds.Of(seed, epoch, 0));
        for (int batch = skip; batch < _batches.Count; batch++)
        {
            yield return new(table, _batches[batch]);
        }
    }
}
