using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// The contrastive loss with a margin, on the cosine distance D = 1 − c of scored pairs: the mean of ½ (y D² + (1 − y) max(0, m − D)²), where y is 1 for a pair that belongs together and
/// 0 for one that does not; a score between counts as a bit of both.
/// </summary>
/// <remarks>Hadsell, Chopra and LeCun, 2006.</remarks>
public sealed class ContrastiveMargin : AdapterLoss
{
    /// <param name="margin">m from 0 to 2: from this distance on, a pair is apart enough. 0.5, half way from equal to unrelated.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is out of range.</exception>
    public ContrastiveMargin(double margin = 0.5) => Margin = LossArgument.Between(margin, 0, 2, 0.5);

    /// <summary>m.</summary>
    public double Margin { get; }

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"contrastive-margin(margin={Margin})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.ScoredPairs;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Paired;

    internal override double Evaluate<T>(CosineBatch<T> batch)
    {
        Span<T> cosines = batch.Cosines;
        T share = T.CreateTruncating(1.0 / Math.Max(1, cosines.Length)), margin = T.CreateTruncating(Margin);
        double loss = 0;
        for (int i = 0; i < cosines.Length; i++)
        {
            T y = batch.Scores[i], distance = T.One - cosines[i], missing = T.Max(T.Zero, margin - distance);
            loss += 0.5 * double.CreateTruncating((y * distance * distance) + ((T.One - y) * missing * missing));
            cosines[i] = share * (((T.One - y) * missing) - (y * distance));
        }

        return loss / Math.Max(1, cosines.Length);
    }
}
