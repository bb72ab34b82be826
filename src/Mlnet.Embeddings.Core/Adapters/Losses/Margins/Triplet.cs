using System.Numerics;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>The triplet loss on cosines: the mean over anchors and the negatives given for them of max(0, m + s_neg − s_pos). Other rows of the batch have no part in it.</summary>
/// <remarks>Schroff et al., 2015 (FaceNet); of sentences: SBERT (Reimers and Gurevych, 2019).</remarks>
public sealed class Triplet : AdapterLoss
{
    /// <param name="margin">m from 0 to 2. 0.2, as FaceNet.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is out of range.</exception>
    public Triplet(double margin = 0.2) => Margin = LossArgument.Between(margin, 0, 2, 0.2);

    /// <summary>m.</summary>
    public double Margin { get; }

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"triplet(margin={Margin})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.Negatives | AdapterLossRows.ScoredCandidates;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Crossed;

    internal override double Evaluate<T>(CosineBatch<T> batch)
    {
        int triplets = 0;
        for (int i = 0; i < batch.Anchors; i++)
        {
            (int first, int count) = batch.NegativesOf(i).GetOffsetAndLength(batch.Candidates);
            for (int j = first; j < first + count && batch.Positives[i] >= 0; j++)
            {
                triplets += batch.IsExcluded(i, j) ? 0 : 1;
            }
        }

        double loss = 0;
        T step = T.CreateTruncating(1.0 / Math.Max(1, triplets)), margin = T.CreateTruncating(Margin);
        for (int i = 0; i < batch.Anchors; i++)
        {
            loss += Evaluate(batch, i, margin, step);
        }

        return loss / Math.Max(1, triplets);
    }

    private static double Evaluate<T>(CosineBatch<T> batch, int anchor, T margin, T step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> row = batch.Row(anchor);
        int positive = batch.Positives[anchor];
        (int first, int count) = batch.NegativesOf(anchor).GetOffsetAndLength(row.Length);
        if (positive < 0)
        {
            row.Clear();
            return 0;
        }

        T own = row[positive];
        row[..first].Clear();
        row[(first + count)..].Clear();
        double loss = 0;
        for (int j = first; j < first + count; j++)
        {
            T gap = batch.IsExcluded(anchor, j) ? T.Zero : margin + row[j] - own;
            row[j] = T.Zero;
            if (gap > T.Zero)
            {
                loss += double.CreateTruncating(gap);
                row[j] = step;
                row[positive] -= step;
            }
        }

        return loss;
    }
}
