using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Mixup, for few labels: each row of a batch becomes λx + (1 − λ)x′, x′ another row of it drawn at random, and is of x's class as to λ and of that of x′ as to the rest.
/// λ is drawn from Beta(α, α), and is the larger share.
/// </summary>
/// <remarks>Zhang et al., 2018; in the space of sentence embeddings: Guo, Mao and Zhang, 2019. The softmax over classes and <see cref="SupervisedContrastive"/> take the shares as they are.</remarks>
public sealed class Mixup : BatchMixing
{
    /// <param name="alpha">α, above 0, 1 at most. 0.2: most rows stay nearly what they are, as those who found it would have it (0.1 to 0.4).</param>
    /// <exception cref="ArgumentOutOfRangeException">α is out of range.</exception>
    public Mixup(double alpha = 0.2) => Alpha = alpha is > 0 and <= 1 ? alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "It must be above 0 and 1 at most; 0.2 is usual.");

    /// <summary>α.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"mixup(alpha={Alpha})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.Labels;

    internal override void Apply<T>(TrainingBatch<T> batch, Random random)
    {
        int n = batch.Anchors, dimensions = batch.AnchorValues.Length / Math.Max(1, n);
        Span<T> values = batch.AnchorValues.Span;
        T[] before = ArrayPool<T>.Shared.Rent(values.Length);
        values.CopyTo(before);
        batch.BeginLabelMixture();
        for (int i = 0; i < n; i++)
        {
            int other = random.Next(n);
            double share = DrawShare(random);
            Span<T> row = values.Slice(i * dimensions, dimensions);
            TensorPrimitives.Multiply(row, T.CreateTruncating(share), row);
            TensorPrimitives.MultiplyAdd(before.AsSpan(other * dimensions, dimensions), T.CreateTruncating(1 - share), row, row);
            (batch.SecondLabels[i], batch.LabelShares[i]) = (batch.Labels[other], T.CreateTruncating(share));
        }

        ArrayPool<T>.Shared.Return(before);
    }

    // Jöhnk's way (1964) to draw from Beta(α, α) with α ≤ 1; the larger of λ and 1 − λ.
    private double DrawShare(Random random)
    {
        while (true)
        {
            double x = Math.Pow(random.NextDouble(), 1 / Alpha), y = Math.Pow(random.NextDouble(), 1 / Alpha);
            if (x + y is > 0 and <= 1)
            {
                return Math.Max(x, y) / (x + y);
            }
        }
    }
}
