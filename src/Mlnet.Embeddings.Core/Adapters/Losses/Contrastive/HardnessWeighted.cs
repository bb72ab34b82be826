using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// <see cref="InfoNce"/> in which hard negatives weigh more: the mean of −log e^{s_ii/τ} / (e^{s_ii/τ} + Σ_{j≠i} w_ij e^{s_ij/τ}) with w_ij = e^{α s_ij}. The weights are constants:
/// no gradient goes through them.
/// </summary>
/// <remarks>LLaVE (Lan et al., 2025), equation 5, with the model itself as the judge of hardness.</remarks>
public sealed class HardnessWeighted : AdapterLoss
{
    private readonly SoftmaxTerm _term;

    /// <param name="alpha">α ≥ 0; 0 is InfoNCE. 9, as LLaVE.</param>
    /// <param name="temperature">τ &gt; 0. 0.05, as <see cref="InfoNce"/>; LLaVE trains with 0.02.</param>
    /// <param name="symmetric">Whether the positives are anchors too. Off, as <see cref="InfoNce"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public HardnessWeighted(double alpha = 9, double temperature = 0.05, bool symmetric = false)
    {
        Alpha = LossArgument.NotNegative(alpha, 9);
        _term = new(temperature, symmetric);
    }

    /// <summary>α.</summary>
    public double Alpha { get; }

    /// <summary>τ.</summary>
    public double Temperature => _term.Temperature;

    /// <summary>Whether the positives are anchors too.</summary>
    public bool Symmetric => _term.Symmetric;

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"hardness-weighted(alpha={Alpha}, temperature={Temperature}{_term.SymmetricText})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => SoftmaxTerm.Rows;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => SoftmaxTerm.LayoutOf(rows);

    internal override bool CanUse(CosineLayout layout) => SoftmaxTerm.CanUse(layout);

    internal override double Evaluate<T>(CosineBatch<T> batch) => _term.Evaluate(batch, new HardnessLogits(Alpha));
}
