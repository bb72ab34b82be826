using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// <see cref="InfoNce"/> in which hard anchors count more: the mean of −(1 − p_i)^γ log p_i, p_i = e^{s_ii/τ} / Σ_j e^{s_ij/τ}. The weight is a constant: no gradient goes through it.
/// </summary>
/// <remarks>KaLM-Embedding-V2 (Zhao et al., 2025), after the focal loss (Lin et al., 2017).</remarks>
public sealed class FocalInfoNce : AdapterLoss
{
    private readonly SoftmaxTerm _term;

    /// <param name="gamma">γ ≥ 0; 0 is InfoNCE. 0.5: mild, because the hardest pairs of real data are often wrong ones.</param>
    /// <param name="temperature">τ &gt; 0. 0.05, as <see cref="InfoNce"/>.</param>
    /// <param name="symmetric">Whether the positives are anchors too. Off, as <see cref="InfoNce"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public FocalInfoNce(double gamma = 0.5, double temperature = 0.05, bool symmetric = false)
    {
        Gamma = LossArgument.NotNegative(gamma, 0.5);
        _term = new(temperature, symmetric);
    }

    /// <summary>γ.</summary>
    public double Gamma { get; }

    /// <summary>τ.</summary>
    public double Temperature => _term.Temperature;

    /// <summary>Whether the positives are anchors too.</summary>
    public bool Symmetric => _term.Symmetric;

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"focal(gamma={Gamma}, temperature={Temperature}{_term.SymmetricText})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => SoftmaxTerm.Rows;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => SoftmaxTerm.LayoutOf(rows);

    internal override bool CanUse(CosineLayout layout) => SoftmaxTerm.CanUse(layout);

    internal override double Evaluate<T>(CosineBatch<T> batch) => _term.Evaluate(batch, new FocalLogits(Gamma));
}
