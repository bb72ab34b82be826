using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>
/// The arithmetic of supervised contrastive losses: ℓ_i = Σ_p w_ip (log Σ_{k≠i} b_k e^{s_ik/τ} − s_ip/τ) / Σ_p w_ip, where w is how far two rows are of one class and b, where classes
/// are balanced, one over the number of rows of k's class besides i.
/// </summary>
internal sealed class LabelTerm(double temperature, bool balanced)
{
    public double Temperature { get; } = LossArgument.Positive(temperature, 0.1);

    /// <summary>The loss; the cosines are replaced by its derivative.</summary>
    public double Evaluate<T>(CosineBatch<T> batch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int n = batch.Anchors;
        double[] weights = ArrayPool<double>.Shared.Rent(n);
        double[] losses = ArrayPool<double>.Shared.Rent(n);
        int[] sizes = ArrayPool<int>.Shared.Rent(n);
        for (int i = 0; i < n && balanced; i++)
        {
            sizes[i] = MemoryExtensions.Count(batch.Labels, batch.Labels[i]);
        }

        double total = AnchorWeights(batch, sizes, weights.AsSpan(0, n));
        if (total > 0)
        {
            batch.ForRows(i => losses[i] = Evaluate(batch, i, sizes, weights[i] / total));
        }
        else
        {
            batch.Cosines.Clear();
        }

        double loss = total > 0 ? TensorPrimitives.Sum<double>(losses.AsSpan(0, n)) : 0;
        ArrayPool<double>.Shared.Return(weights);
        ArrayPool<double>.Shared.Return(losses);
        ArrayPool<int>.Shared.Return(sizes);
        return loss;
    }

    // What each row counts as an anchor: nothing without a positive, else 1, or where classes are balanced one over the size of its class.
    private double AnchorWeights<T>(CosineBatch<T> batch, int[] sizes, Span<double> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < weights.Length; i++)
        {
            double positives = 0;
            for (int j = 0; j < weights.Length && positives == 0; j++)
            {
                positives += batch.IsExcluded(i, j) ? 0 : double.CreateTruncating(batch.Agreement(i, j));
            }

            weights[i] = positives == 0 ? 0 : balanced ? 1.0 / sizes[i] : 1;
        }

        return TensorPrimitives.Sum<double>(weights);
    }

    private double Evaluate<T>(CosineBatch<T> batch, int anchor, int[] sizes, double weight)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> row = batch.Row(anchor);
        if (weight == 0)
        {
            row.Clear();
            return 0;
        }

        TensorPrimitives.Multiply(row, T.CreateTruncating(1 / Temperature), row);
        T agreement = T.Zero, wanted = T.Zero;
        for (int j = 0; j < row.Length; j++)
        {
            if (batch.IsExcluded(anchor, j))
            {
                row[j] = T.NegativeInfinity;
                continue;
            }

            T w = batch.Agreement(anchor, j);
            agreement += w;
            wanted += w * row[j];
        }

        if (balanced)
        {
            Balance(batch, anchor, sizes, row);
        }

        T largest = TensorPrimitives.Max<T>(row);
        TensorPrimitives.Subtract(row, largest, row);
        TensorPrimitives.Exp(row, row);
        T sum = TensorPrimitives.Sum<T>(row), unit = T.CreateTruncating(weight / Temperature);
        TensorPrimitives.Multiply(row, unit / sum, row);
        for (int j = 0; j < row.Length; j++)
        {
            row[j] -= batch.IsExcluded(anchor, j) ? T.Zero : unit * batch.Agreement(anchor, j) / agreement;
        }

        return weight * double.CreateTruncating(T.Log(sum) + largest - (wanted / agreement));
    }

    private static void Balance<T>(CosineBatch<T> batch, int anchor, int[] sizes, Span<T> row)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int j = 0; j < row.Length; j++)
        {
            int others = sizes[j] - (batch.Labels[j] == batch.Labels[anchor] ? 1 : 0);
            row[j] -= T.CreateTruncating(Math.Log(Math.Max(1, others)));
        }
    }
}
