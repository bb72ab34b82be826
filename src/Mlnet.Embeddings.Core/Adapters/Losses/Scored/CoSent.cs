using System.Buffers;
using System.Numerics;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// CoSENT: log(1 + Σ e^{λ(c_j − c_i)}) over all i and j of the batch with y_i &gt; y_j: of two scored pairs, the one with the higher score should have the higher cosine. Only the
/// order of the scores counts, so that any scale will do.
/// </summary>
/// <remarks>Su, 2022 (CoSENT, a post on kexue.fm); also the loss of pairwise order in AnglE (Li and Li, 2024). Takes O(n log n) for n pairs, not O(n²).</remarks>
public sealed class CoSent : AdapterLoss
{
    // Sums of powers run up to e^{2λ} n², which a double holds up to here.
    private const double LargestScale = 300;

    /// <param name="scale">λ from 0 (exclusive) to 300. 20, as its author.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is out of range.</exception>
    public CoSent(double scale = 20) => Scale = LossArgument.Between(LossArgument.Positive(scale, 20), 0, LargestScale, 20);

    /// <summary>λ.</summary>
    public double Scale { get; }

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"cosent(scale={Scale})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.ScoredPairs;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Paired;

    internal override double Evaluate<T>(CosineBatch<T> batch)
    {
        int n = batch.Anchors;
        int[] order = ArrayPool<int>.Shared.Rent(n);
        T[] scores = ArrayPool<T>.Shared.Rent(n);
        double[] sums = ArrayPool<double>.Shared.Rent(n);
        for (int i = 0; i < n; i++)
        {
            order[i] = i;
        }

        batch.Scores.CopyTo(scores);
        Array.Sort(scores, order, 0, n);
        double loss = Evaluate(batch.Cosines, scores, order, sums);
        ArrayPool<int>.Shared.Return(order);
        ArrayPool<T>.Shared.Return(scores);
        ArrayPool<double>.Shared.Return(sums);
        return loss;
    }

    // Pairs in ascending order of score: sums[k] = the powers e^{λc} of those with lower scores, then the other way round those e^{−λc} of those with higher ones.
    private double Evaluate<T>(Span<T> cosines, T[] scores, int[] order, double[] sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double total = 0, below = 0;
        for (int first = 0, end; first < cosines.Length; first = end)
        {
            double equals = 0;
            for (end = first; end < cosines.Length && scores[end] == scores[first]; end++)
            {
                double cosine = double.CreateTruncating(cosines[order[end]]);
                sums[end] = below;
                total += Math.Exp(-Scale * cosine) * below;
                equals += Math.Exp(Scale * cosine);
            }

            below += equals;
        }

        double step = Scale / (1 + total), above = 0;
        for (int end = cosines.Length - 1, first; end >= 0; end = first)
        {
            double equals = 0;
            for (first = end; first >= 0 && scores[first] == scores[end]; first--)
            {
                double power = Math.Exp(Scale * double.CreateTruncating(cosines[order[first]]));
                equals += 1 / power;
                cosines[order[first]] = T.CreateTruncating(step * ((power * above) - (sums[first] / power)));
            }

            above += equals;
        }

        return Math.Log(1 + total);
    }
}
