using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// <see cref="InfoNce"/> that trusts given negatives only as far as training has moved them: with z = s/τ and z⁰ = s⁰/τ of the frozen embeddings, the logit of a negative given for
/// the anchor is z − sg(z G), G = e^{−(z − z⁰)²/(2σ²)}, as long as z ≤ z⁰, and z beyond. A false negative, which the frozen embeddings rightly put near, so pushes little at first.
/// sg(·) is a constant: no gradient goes through it.
/// </summary>
/// <remarks>GCSE (Lai et al., 2025), as its authors' code has it; the frozen embeddings take the place of their evaluation model.</remarks>
public sealed class GaussianDecayed : AdapterLoss
{
    private readonly SoftmaxTerm _term;

    /// <param name="sigma">σ &gt; 0, in units of s/τ. 0.17, as GCSE.</param>
    /// <param name="temperature">τ &gt; 0. 0.05, as GCSE.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public GaussianDecayed(double sigma = 0.17, double temperature = 0.05)
    {
        Sigma = LossArgument.Positive(sigma, 0.17);
        _term = new(temperature, symmetric: false);
    }

    /// <summary>σ.</summary>
    public double Sigma { get; }

    /// <summary>τ.</summary>
    public double Temperature => _term.Temperature;

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"gaussian-decayed(sigma={Sigma}, temperature={Temperature})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.Negatives | AdapterLossRows.ScoredCandidates;

    internal override bool ComparesWithBefore => true;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Crossed;

    internal override double Evaluate<T>(CosineBatch<T> batch) => _term.Evaluate(batch, new GaussianLogits(Sigma));
}
