using System.Numerics;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Makes new training rows out of those of a batch by mixing them, in the space of the embeddings; the ways of this library are the types derived from it.</summary>
public abstract class BatchMixing
{
    private protected BatchMixing()
    {
    }

    /// <summary>The way's name and settings, such as <c>mixup(alpha=0.2)</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The kinds of rows it can mix.</summary>
    public abstract AdapterLossRows Rows { get; }

    /// <summary>Places for negatives that an anchor needs beside its given ones.</summary>
    internal virtual int ExtraNegatives => 0;

    /// <summary>Mixes a batch that was just filled.</summary>
    internal abstract void Apply<T>(TrainingBatch<T> batch, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
