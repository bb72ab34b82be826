using System.Numerics;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// What training an adapter makes small: a function of the cosines between adapted rows of a batch. The losses of this library are the types derived from it; they are
/// immutable and compose, as in <c>new Matryoshka(new InfoNce(), 32, 64)</c>.
/// </summary>
public abstract class AdapterLoss
{
    private protected AdapterLoss()
    {
    }

    /// <summary>The loss's name and settings, as <see cref="AdapterLossCatalog.Parse"/> reads them: <c>info-nce(temperature=0.05)</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The kinds of rows it can be trained on.</summary>
    public abstract AdapterLossRows Rows { get; }

    /// <summary>Whether it also looks at the cosines of the frozen embeddings of the same rows.</summary>
    internal virtual bool ComparesWithBefore => false;

    /// <summary>Whether it looks at prefixes of the rows, so that it cannot be taken of one batch of cosines.</summary>
    internal virtual bool TakesPrefixes => false;

    /// <summary>Whether it finds all positives among rows of a class by itself; for other losses one is drawn for each row, and the rest of the class is excluded.</summary>
    internal virtual bool FindsPositives => false;

    /// <summary>How a batch of rows of one kind is laid out for it.</summary>
    /// <param name="rows">One of the kinds in <see cref="Rows"/>.</param>
    internal abstract CosineLayout LayoutOf(AdapterLossRows rows);

    /// <summary>Whether the loss can be taken of batches so laid out.</summary>
    internal virtual bool CanUse(CosineLayout layout) => layout == LayoutOf(Rows);

    /// <summary>The loss of a batch; its cosines are replaced by the derivative of the loss with respect to them.</summary>
    internal abstract double Evaluate<T>(CosineBatch<T> batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The loss of the frame's batch times a weight; its gradient is added to the frame's.</summary>
    internal virtual double Evaluate<T>(LossFrame<T> frame, double weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => frame.EvaluateAt(this, frame.Dimensions, weight);

    /// <summary>Refuses embeddings of a size that the loss cannot be taken of.</summary>
    /// <exception cref="ArgumentException">The loss asks for more dimensions than there are.</exception>
    internal virtual void CheckDimensions(int dimensions)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
