using System.Numerics;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// The energy hinge: the mean over anchors of max(0, m + s_neg − s_pos), s_pos the cosine with the positive and s_neg that with the hardest negative of the batch, the one with the
/// largest cosine. Added to <see cref="NtXent"/> it keeps a gap that the softmax alone lets close: <c>new SumOfLosses((1, new NtXent()), (1, new EnergyHinge()))</c>.
/// </summary>
/// <remarks>PromCSE (Jiang et al., 2022).</remarks>
public sealed class EnergyHinge : AdapterLoss
{
    /// <param name="margin">m from 0 to 2. 0.2, a tenth of the range of cosines.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is out of range.</exception>
    public EnergyHinge(double margin = 0.2) => Margin = LossArgument.Between(margin, 0, 2, 0.2);

    /// <summary>m.</summary>
    public double Margin { get; }

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"energy-hinge(margin={Margin})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => SoftmaxTerm.Rows;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => SoftmaxTerm.LayoutOf(rows);

    internal override bool CanUse(CosineLayout layout) => SoftmaxTerm.CanUse(layout);

    internal override double Evaluate<T>(CosineBatch<T> batch)
    {
        int anchors = batch.CountPositives();
        T step = T.CreateTruncating(1.0 / Math.Max(1, anchors)), margin = T.CreateTruncating(Margin);
        double loss = 0;
        for (int i = 0; i < batch.Anchors; i++)
        {
            Span<T> row = batch.Row(i);
            int positive = batch.Positives[i];
            int hardest = positive < 0 ? -1 : Hardest(batch, i, positive);
            T gap = hardest < 0 ? T.Zero : margin + row[hardest] - row[positive];
            row.Clear();
            if (gap > T.Zero)
            {
                loss += double.CreateTruncating(gap);
                (row[hardest], row[positive]) = (step, -step);
            }
        }

        return loss / Math.Max(1, anchors);
    }

    private static int Hardest<T>(CosineBatch<T> batch, int anchor, int positive)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> row = batch.Row(anchor);
        int hardest = -1;
        for (int j = 0; j < row.Length; j++)
        {
            if (j != positive && !batch.IsExcluded(anchor, j) && (hardest < 0 || row[j] > row[hardest]))
            {
                hardest = j;
            }
        }

        return hardest;
    }
}
