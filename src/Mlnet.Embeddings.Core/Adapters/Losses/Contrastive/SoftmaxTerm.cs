using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>The arithmetic of InfoNCE and its kin: the mean over anchors of −w log e^{z_ip} / Σ_j e^{z_ij}, p the anchor's positive, z made of cosines by <see cref="ICosineLogits"/>.</summary>
internal sealed class SoftmaxTerm
{
    /// <summary>What such losses can be trained on.</summary>
    public const AdapterLossRows Rows = AdapterLossRows.Pairs | AdapterLossRows.Negatives | AdapterLossRows.ScoredCandidates | AdapterLossRows.Labels;

    public SoftmaxTerm(double temperature, bool symmetric) => (Temperature, Symmetric) = (LossArgument.Positive(temperature, 0.05), symmetric);

    /// <summary>τ.</summary>
    public double Temperature { get; }

    /// <summary>Whether the positives are anchors too.</summary>
    public bool Symmetric { get; }

    /// <summary>How a symmetric loss says so in its name.</summary>
    public string SymmetricText => Symmetric ? ", symmetric=true" : "";

    public static CosineLayout LayoutOf(AdapterLossRows rows) => rows == AdapterLossRows.Labels ? CosineLayout.Self : CosineLayout.Crossed;

    public static bool CanUse(CosineLayout layout) => layout != CosineLayout.Paired;

    /// <summary>The loss; the cosines are replaced by its derivative.</summary>
    public double Evaluate<T, TLogits>(CosineBatch<T> batch, TLogits logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLogits : struct, ICosineLogits
    {
        int anchors = batch.CountPositives();
        if (anchors == 0)
        {
            batch.Cosines.Clear();
            return 0;
        }

        bool both = Symmetric && batch.Layout == CosineLayout.Crossed;
        double share = (both ? 0.5 : 1) / anchors;
        T[] losses = ArrayPool<T>.Shared.Rent(batch.Anchors);
        double loss = 0;
        if (both)
        {
            int size = batch.Anchors * batch.Anchors;
            T[] turned = ArrayPool<T>.Shared.Rent(2 * size);
            loss = EvaluateTurned(batch, logits, turned.AsMemory(0, size), turned.AsMemory(size, size), losses, share);
            loss += EvaluateRows(batch, logits, losses, share);
            AddTurned(batch, turned);
            ArrayPool<T>.Shared.Return(turned);
        }
        else
        {
            loss = EvaluateRows(batch, logits, losses, share);
        }

        ArrayPool<T>.Shared.Return(losses);
        return loss;
    }

    private double EvaluateRows<T, TLogits>(CosineBatch<T> batch, TLogits logits, T[] losses, double share)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLogits : struct, ICosineLogits
    {
        T scale = T.CreateTruncating(1 / Temperature), unit = T.CreateTruncating(share / Temperature);
        bool before = batch.HasBefore;
        batch.ForRows(i =>
        {
            Span<T> row = batch.Row(i);
            int positive = batch.Positives[i];
            if (positive < 0)
            {
                row.Clear();
                losses[i] = T.Zero;
                return;
            }

            logits.Fill(new LogitRow<T> { Values = row, Before = before ? batch.BeforeRow(i) : default, Positive = positive, OwnNegatives = batch.NegativesOf(i) }, scale);
            if (batch.AnyExcluded)
            {
                LeaveOut(row, batch.ExcludedRow(i), positive);
            }

            losses[i] = CrossEntropy(row, positive, unit, logits);
        });
        return Sum(losses.AsSpan(0, batch.Anchors), share);
    }

    // Positives as anchors, anchors as candidates; given negatives are nobody's anchor. The turned matrices are kept until the cosines themselves have been used.
    private double EvaluateTurned<T, TLogits>(CosineBatch<T> batch, TLogits logits, Memory<T> turned, Memory<T> turnedBefore, T[] losses, double share)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLogits : struct, ICosineLogits
    {
        int n = batch.Anchors, m = batch.Candidates;
        bool before = batch.HasBefore;
        T scale = T.CreateTruncating(1 / Temperature), unit = T.CreateTruncating(share / Temperature);
        batch.ForRows(j =>
        {
            Span<T> row = turned.Span.Slice(j * n, n);
            if (batch.Positives[j] < 0)
            {
                row.Clear();
                losses[j] = T.Zero;
                return;
            }

            Column(batch.Cosines, j, m, row);
            Span<T> beforeRow = before ? turnedBefore.Span.Slice(j * n, n) : default;
            if (before)
            {
                Column(batch.Before, j, m, beforeRow);
            }

            logits.Fill(new LogitRow<T> { Values = row, Before = beforeRow, Positive = j }, scale);
            for (int i = 0; i < n && batch.AnyExcluded; i++)
            {
                if (i != j && batch.Excluded[(i * m) + j])
                {
                    row[i] = T.NegativeInfinity;
                }
            }

            losses[j] = CrossEntropy(row, j, unit, logits);
        });
        return Sum(losses.AsSpan(0, n), share);
    }

    private static void AddTurned<T>(CosineBatch<T> batch, T[] turned)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = batch.Anchors;
        batch.ForRows(i =>
        {
            Span<T> row = batch.Row(i)[..n];
            for (int j = 0; j < row.Length; j++)
            {
                row[j] += turned[(j * n) + i];
            }
        });
    }

    // The largest logit comes out first, so that no power overflows and at least one does not vanish. What the others hold is summed by itself: where the positive has nearly all,
    // 1 minus its share would be rounding alone, and Adam makes steps of full length of that.
    private static T CrossEntropy<T, TLogits>(Span<T> row, int positive, T unit, TLogits logits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TLogits : struct, ICosineLogits
    {
        T largest = TensorPrimitives.Max<T>(row);
        TensorPrimitives.Subtract(row, largest, row);
        T own = row[positive];
        TensorPrimitives.Exp(row, row);
        T power = row[positive];
        row[positive] = T.Zero;
        T others = TensorPrimitives.Sum<T>(row), sum = others + power;
        T weight = logits.Weight(power / sum);
        TensorPrimitives.Multiply(row, weight * unit / sum, row);
        row[positive] = -weight * unit * (others / sum);
        return weight * (power > others ? T.LogP1(others / power) : T.Log(sum) - own);
    }

    private static void LeaveOut<T>(Span<T> row, ReadOnlySpan<bool> excluded, int positive)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int next = 0;
        for (int j; (j = excluded[next..].IndexOf(true)) >= 0; next += j + 1)
        {
            if (next + j != positive)
            {
                row[next + j] = T.NegativeInfinity;
            }
        }
    }

    private static void Column<T>(ReadOnlySpan<T> matrix, int column, int columns, Span<T> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = matrix[(i * columns) + column];
        }
    }

    private static double Sum<T>(ReadOnlySpan<T> losses, double share)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double sum = 0;
        foreach (T loss in losses)
        {
            sum += double.CreateTruncating(loss);
        }

        return sum * share;
    }
}
