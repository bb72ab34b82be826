using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// NT-Xent: both sides of the pairs of a batch are put in one, and each of the 2n rows has to find its other side among all: the mean of −log e^{s_ip/τ} / Σ_{j≠i} e^{s_ij/τ},
/// p the other side of i. Unlike with <see cref="InfoNce"/>, rows of one side are negatives of each other too.
/// </summary>
/// <remarks>SimCLR (Chen et al., 2020); of sentences: PromCSE (Jiang et al., 2022), which adds <see cref="EnergyHinge"/>.</remarks>
public sealed class NtXent : AdapterLoss
{
    private readonly SoftmaxTerm _term;

    /// <param name="temperature">τ &gt; 0. 0.05, as PromCSE.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not a positive number.</exception>
    public NtXent(double temperature = 0.05) => _term = new(temperature, symmetric: false);

    /// <summary>τ.</summary>
    public double Temperature => _term.Temperature;

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"nt-xent(temperature={Temperature})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.Pairs;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Views;

    internal override double Evaluate<T>(CosineBatch<T> batch) => _term.Evaluate(batch, default(PlainLogits));
}
