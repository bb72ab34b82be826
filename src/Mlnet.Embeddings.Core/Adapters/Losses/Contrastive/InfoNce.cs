using System.Numerics;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// InfoNCE, also known as multiple negatives ranking: the mean over anchors of −log e^{s_ii/τ} / Σ_j e^{s_ij/τ}, where s_ij is the cosine of anchor i and candidate j. Every
/// other positive of the batch is a negative, and so is every given negative; the excluded ones stay out of the sum. Symmetric, it is the mean of that and of the same with the
/// positives as anchors and the anchors as candidates.
/// </summary>
/// <remarks>
/// van den Oord et al., 2018; of text embeddings: SimCSE (Gao et al., 2021), E5 (Wang et al., 2022); symmetric as in CLIP (Radford et al., 2021). Rows with a class take another row
/// of the class as their positive, and all rows of other classes as negatives. An anchor without a positive does not count.
/// </remarks>
public sealed class InfoNce : AdapterLoss
{
    private readonly SoftmaxTerm _term;

    /// <param name="temperature">τ &gt; 0. 0.05, as SimCSE; E5 trains with 0.01, where the hardest negatives alone matter.</param>
    /// <param name="symmetric">Whether the positives are anchors too. Off, as queries look for documents and not the other way round.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not a positive number.</exception>
    public InfoNce(double temperature = 0.05, bool symmetric = false) => _term = new(temperature, symmetric);

    /// <summary>τ.</summary>
    public double Temperature => _term.Temperature;

    /// <summary>Whether the positives are anchors too.</summary>
    public bool Symmetric => _term.Symmetric;

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"info-nce(temperature={Temperature}{_term.SymmetricText})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => SoftmaxTerm.Rows;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => SoftmaxTerm.LayoutOf(rows);

    internal override bool CanUse(CosineLayout layout) => SoftmaxTerm.CanUse(layout);

    internal override double Evaluate<T>(CosineBatch<T> batch) => _term.Evaluate(batch, default(PlainLogits));
}
