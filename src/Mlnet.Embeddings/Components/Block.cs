namespace Mlnet.Embeddings.Components;

/// <summary>
/// Buffers of one cursor or row: input values are read into slots, computed together, and handed out slot by slot. Used by one thread at a time.
/// </summary>
internal abstract class Block
{
    /// <summary>Reads the values of the row that the input stands on into a slot. What it keeps must outlive that row.</summary>
    public abstract void Read(int slot);

    /// <summary>Computes the outputs of the slots 0 to <paramref name="rows"/> − 1.</summary>
    public abstract void Compute(int rows, CancellationToken cancellationToken);

    /// <summary>A <c>ValueGetter</c> for the output of that number, at the slot where the reader stands.</summary>
    public abstract Delegate CreateGetter(int output, BlockReader reader);
}
