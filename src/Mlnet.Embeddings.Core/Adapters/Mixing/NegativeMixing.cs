using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Online mixing of hard negatives: each anchor gets more of them, each λh + (1 − λ)h′ of two of the negatives given for it, drawn anew at each step, with λ even between 0 and 1, at the
/// length between theirs. An anchor with fewer than two given negatives gets none.
/// </summary>
/// <remarks>KaLM-Embedding-V2 (Zhao et al., 2025), its pair-wise mixing; here in the space of the frozen embeddings, so that the adapter sees a mixed negative as it would a text's.</remarks>
public sealed class NegativeMixing : BatchMixing
{
    /// <param name="count">Mixed negatives an anchor, at least 1. 2: half as many as an example brings along of given ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public NegativeMixing(int count = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
    }

    /// <summary>Mixed negatives an anchor.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    public override string Name => $"negative-mixing(count={Count})";

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.Negatives | AdapterLossRows.ScoredCandidates;

    internal override int ExtraNegatives => Count;

    internal override void Apply<T>(TrainingBatch<T> batch, Random random)
    {
        for (int anchor = 0; anchor < batch.Anchors; anchor++)
        {
            int given = batch.GivenNegatives(anchor);
            for (int i = 0; i < Count && given > 1; i++)
            {
                int first = random.Next(given), second = random.Next(given - 1);
                Mix(batch.Negative(anchor, first), batch.Negative(anchor, second < first ? second : second + 1), random.NextDouble(), batch.ExtraNegative(anchor, i));
            }
        }
    }

    private static void Mix<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, double share, Span<T> mixed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T one = T.CreateTruncating(share), other = T.One - one;
        T wanted = (one * TensorPrimitives.Norm(first)) + (other * TensorPrimitives.Norm(second));
        TensorPrimitives.Multiply(first, one, mixed);
        TensorPrimitives.MultiplyAdd(second, other, mixed, mixed);
        T length = TensorPrimitives.Norm<T>(mixed);
        TensorPrimitives.Multiply(mixed, length > T.Zero ? wanted / length : T.Zero, mixed);
    }
}
