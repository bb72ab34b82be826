using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Every example once an epoch, in an order drawn anew each time, in batches of equal size (by one): none is left out and none is much smaller than the others.</summary>
public sealed class ShuffledBatches : BatchStrategy
{
    /// <inheritdoc/>
    public override string Name => "shuffled";

    internal override int CountBatches(int examples, int batchSize) => CountWhole(examples, batchSize);

    internal override IBatchPlan Plan(ExampleTable table, int[] examples, int batchSize, int seed) => new Shuffle([.. examples], CountBatches(examples.Length, batchSize));

    /// <summary>Adds examples in equal batches, in their order.</summary>
    internal static void Divide(ReadOnlySpan<int> order, int count, BatchList batches)
    {
        for (int batch = 0; batch < count; batch++)
        {
            batches.Add(order[(int)((long)order.Length * batch / count)..(int)((long)order.Length * (batch + 1) / count)]);
        }
    }

    private sealed class Shuffle(int[] examples, int count) : IBatchPlan
    {
        private readonly int[] _order = new int[examples.Length];

        public void Draw(BatchList batches, Random random)
        {
            // From the same order each time: what an epoch's seed gives does not depend on the epochs before.
            examples.CopyTo(_order, 0);
            random.Shuffle(_order);
            Divide(_order, count, batches);
        }
    }
}
