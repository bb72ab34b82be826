using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Another loss, taken of prefixes of the embeddings: its mean over the first k dimensions, each k that is asked for, and all of them. Embeddings so trained can be cut short.
/// </summary>
/// <remarks>Matryoshka representation learning (Kusupati et al., 2022). The frozen embeddings that a loss compares with are not cut.</remarks>
public sealed class Matryoshka : AdapterLoss
{
    private readonly int[] _dimensions;

    /// <param name="inner">The loss; not itself over prefixes.</param>
    /// <param name="dimensions">The prefixes, each at least 1, all different; all dimensions are always added.</param>
    /// <exception cref="ArgumentException">A prefix is there twice, or the inner loss is itself over prefixes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no prefix, or one is below 1.</exception>
    public Matryoshka(AdapterLoss inner, params int[] dimensions)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(dimensions);
        ArgumentOutOfRangeException.ThrowIfZero(dimensions.Length, nameof(dimensions));
        if (inner.TakesPrefixes)
        {
            throw new ArgumentException($"{inner} looks at prefixes already; give all of them to one matryoshka.", nameof(inner));
        }

        _dimensions = [.. dimensions.Order()];
        for (int i = 0; i < _dimensions.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(_dimensions[i], 1, nameof(dimensions));
            if (i > 0 && _dimensions[i] == _dimensions[i - 1])
            {
                throw new ArgumentException($"{_dimensions[i]} is there twice; each prefix counts once.", nameof(dimensions));
            }
        }

        Inner = inner;
    }

    /// <summary>The loss that is taken of each prefix.</summary>
    public AdapterLoss Inner { get; }

    /// <summary>The prefixes, ascending, without all dimensions.</summary>
    public IReadOnlyList<int> Dimensions => _dimensions;

    /// <inheritdoc/>
    public override string Name => $"matryoshka({Inner}, {string.Join(", ", _dimensions)})";

    /// <inheritdoc/>
    public override AdapterLossRows Rows => Inner.Rows;

    internal override bool ComparesWithBefore => Inner.ComparesWithBefore;

    internal override bool TakesPrefixes => true;

    internal override bool FindsPositives => Inner.FindsPositives;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => Inner.LayoutOf(rows);

    internal override bool CanUse(CosineLayout layout) => Inner.CanUse(layout);

    internal override double Evaluate<T>(CosineBatch<T> batch) => throw new InvalidOperationException($"{Name} is a loss of rows, not of one batch of cosines.");

    internal override double Evaluate<T>(LossFrame<T> frame, double weight)
    {
        // A prefix of all dimensions is the whole, which is there anyway.
        int prefixes = _dimensions[^1] == frame.Dimensions ? _dimensions.Length - 1 : _dimensions.Length;
        double share = weight / (prefixes + 1);
        double loss = frame.EvaluateAt(Inner, frame.Dimensions, share);
        for (int i = 0; i < prefixes; i++)
        {
            loss += frame.EvaluateAt(Inner, _dimensions[i], share);
        }

        return loss;
    }

    internal override void CheckDimensions(int dimensions)
    {
        if (_dimensions[^1] > dimensions)
        {
            throw new ArgumentException($"{Name} asks for the first {_dimensions[^1]} dimensions; the embeddings have {dimensions}.", nameof(dimensions));
        }
    }
}
