namespace Mlnet.Embeddings.Components;

/// <summary>Where a cursor or row stands in its block, as the getters of the block see it.</summary>
internal abstract class BlockReader
{
    /// <summary>The slot of the current row.</summary>
    public int Slot { get; protected set; }

    /// <summary>Computes the current row (and the others of its block) unless that is done already: a column nobody reads costs nothing.</summary>
    public abstract void EnsureComputed();
}
