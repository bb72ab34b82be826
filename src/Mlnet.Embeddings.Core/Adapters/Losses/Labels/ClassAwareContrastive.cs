using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// <see cref="SupervisedContrastive"/> in which every class counts the same, for imbalanced labels: Σ_i ω_i ℓ_i / Σ_i ω_i with ω_i = 1/n_{y_i} and
/// ℓ_i = −1/|P_i| Σ_{p∈P_i} log e^{s_ip/τ} / Σ_c m_ic, where n_c is the number of rows of class c in the batch and m_ic the mean of e^{s_ik/τ} over the rows k ≠ i of class c. Neither
/// the anchors nor the negatives of a large class crowd out those of a small one.
/// </summary>
/// <remarks>
/// Averaging within classes is that of balanced contrastive learning (Zhu et al., 2022); class-aware contrast of imbalanced texts: Khvatskii et al., 2024. Class-aware batches help it.
/// </remarks>
public sealed class ClassAwareContrastive : AdapterLoss
{
    private readonly LabelTerm _term;

    /// <param name="temperature">τ &gt; 0. 0.1, as <see cref="SupervisedContrastive"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not a positive number.</exception>
    public ClassAwareContrastive(double temperature = 0.1) => _term = new(temperature, balanced: true);

    /// <summary>τ.</summary>
    public double Temperature => _term.Temperature;

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"class-aware-contrastive(temperature={Temperature})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.Labels;

    internal override bool FindsPositives => true;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Self;

    internal override double Evaluate<T>(CosineBatch<T> batch) => _term.Evaluate(batch);
}
