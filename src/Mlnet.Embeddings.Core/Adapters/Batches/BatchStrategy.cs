using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>How examples come together in batches; the strategies of this library are the types derived from it.</summary>
public abstract class BatchStrategy
{
    private protected BatchStrategy()
    {
    }

    /// <summary>The strategy's name and settings, such as <c>shuffled</c>.</summary>
    public abstract string Name { get; }

    /// <summary>How many batches an epoch over so many examples has, the same in each epoch.</summary>
    internal abstract int CountBatches(int examples, int batchSize);

    // Batches may be said to hold far more than there is.
    private protected static int CountWhole(int examples, int batchSize) => (int)(((long)examples + batchSize - 1) / batchSize);

    /// <summary>Looks at examples once, before the first epoch over them.</summary>
    /// <param name="table">Where the examples are from.</param>
    /// <param name="examples">The numbers of those that are trained on.</param>
    /// <param name="batchSize">The most examples of a batch.</param>
    /// <param name="seed">Seed of whatever is drawn.</param>
    internal abstract IBatchPlan Plan(ExampleTable table, int[] examples, int batchSize, int seed);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
