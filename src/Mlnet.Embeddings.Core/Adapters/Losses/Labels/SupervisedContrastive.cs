using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Supervised contrastive: the mean over rows i of −1/|P_i| Σ_{p∈P_i} log e^{s_ip/τ} / Σ_{k≠i} e^{s_ik/τ}, P_i the other rows of i's class. A row whose class is alone in the batch is
/// skipped. Rows that were mixed of two classes (mixup) are positives of each other as far as their classes agree.
/// </summary>
/// <remarks>Khosla et al., 2020, their L_out.</remarks>
public sealed class SupervisedContrastive : AdapterLoss
{
    private readonly LabelTerm _term;

    /// <param name="temperature">τ &gt; 0. 0.1, as its authors.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not a positive number.</exception>
    public SupervisedContrastive(double temperature = 0.1) => _term = new(temperature, balanced: false);

    /// <summary>τ.</summary>
    public double Temperature => _term.Temperature;

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"supervised-contrastive(temperature={Temperature})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.Labels;

    internal override bool FindsPositives => true;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Self;

    internal override double Evaluate<T>(CosineBatch<T> batch) => _term.Evaluate(batch);
}
