namespace Mlnet.Embeddings.Neighbors;

/// <summary>The keys of rows in their slots, to be compared with those of the fitted rows.</summary>
internal abstract class SlotKeys
{
    /// <summary>Reads the key of the row that the input stands on into a slot.</summary>
    public abstract void Read(int slot);

    /// <summary>Whether the row in a slot has the key of a fitted row.</summary>
    public abstract bool IsOf(int slot, int row);
}
