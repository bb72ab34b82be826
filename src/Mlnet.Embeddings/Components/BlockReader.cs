namespace Mlnet.Embeddings.Components;

/// <summary>Where a cursor or row stands in its block, as the getters of the block see it.</summary>
internal abstract class BlockReader
{
    /// <summary>The slot of the current row.</summary>
    public int Slot { get; protected set; }

    /// <summary>Computes the current row (and the others of its block) unless that is done already: a column nobody reads costs nothing.</summary>
    /// <exception cref="InvalidOperationException">There is no current row.</exception>
    public abstract void EnsureComputed();

    public static InvalidOperationException NoRow() =>
        new("The cursor stands on no row: values can be read once MoveNext has returned true, and no longer when it has returned false or failed.");
}
