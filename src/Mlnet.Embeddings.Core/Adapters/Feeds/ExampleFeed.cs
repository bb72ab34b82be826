namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Where a training's batches come from, epoch after epoch; each batch is valid until the next is asked for.</summary>
internal abstract class ExampleFeed
{
    /// <summary>Examples of an epoch.</summary>
    public abstract long Count { get; }

    /// <summary>Batches of an epoch, the same in each.</summary>
    public abstract int Batches { get; }

    /// <summary>The batches of an epoch, in an order that depends on the seed and the epoch alone.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="skip">Batches to leave out at its beginning.</param>
    public abstract IEnumerable<BatchSlice> Epoch(int epoch, int skip);
}
