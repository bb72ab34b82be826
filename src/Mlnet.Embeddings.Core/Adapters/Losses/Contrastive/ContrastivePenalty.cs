using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// <see cref="InfoNce"/> with a penalty that keeps negatives near the queries they do answer: (1 − λ) L + λ (1 − the mean cosine of the batch's negatives and their own queries).
/// </summary>
/// <remarks>
/// Contrastive learning penalty, CLP (Yu, 2024). The negatives of a batch are the positives of its other anchors, so that their own queries are at hand: the penalty is
/// λ (1 − mean_i s_ii). A given negative whose query is not in the batch has no part in it.
/// </remarks>
public sealed class ContrastivePenalty : AdapterLoss
{
    private readonly SoftmaxTerm _term;

    /// <param name="weight">λ from 0 to 1; 0 is InfoNCE. 0.1, as in the authors' code.</param>
    /// <param name="temperature">τ &gt; 0. 0.05, as <see cref="InfoNce"/>.</param>
    /// <param name="symmetric">Whether the positives are anchors too. Off, as <see cref="InfoNce"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public ContrastivePenalty(double weight = 0.1, double temperature = 0.05, bool symmetric = false)
    {
        Weight = LossArgument.Between(weight, 0, 1, 0.1);
        _term = new(temperature, symmetric);
    }

    /// <summary>λ.</summary>
    public double Weight { get; }

    /// <summary>τ.</summary>
    public double Temperature => _term.Temperature;

    /// <summary>Whether the positives are anchors too.</summary>
    public bool Symmetric => _term.Symmetric;

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"contrastive-penalty(weight={Weight}, temperature={Temperature}{_term.SymmetricText})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => SoftmaxTerm.Rows;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => SoftmaxTerm.LayoutOf(rows);

    internal override bool CanUse(CosineLayout layout) => SoftmaxTerm.CanUse(layout);

    internal override double Evaluate<T>(CosineBatch<T> batch)
    {
        double own = 0;
        int anchors = batch.CountPositives();
        for (int i = 0; i < batch.Anchors; i++)
        {
            int positive = batch.Positives[i];
            own += positive < 0 ? 0 : double.CreateTruncating(batch.Row(i)[positive]);
        }

        double loss = _term.Evaluate(batch, default(PlainLogits));
        if (anchors == 0)
        {
            return loss;
        }

        TensorPrimitives.Multiply(batch.Cosines, T.CreateTruncating(1 - Weight), batch.Cosines);
        T pull = T.CreateTruncating(Weight / anchors);
        for (int i = 0; i < batch.Anchors; i++)
        {
            if (batch.Positives[i] >= 0)
            {
                batch.Row(i)[batch.Positives[i]] -= pull;
            }
        }

        return ((1 - Weight) * loss) + (Weight * (1 - (own / anchors)));
    }
}
