using System.Numerics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>
/// Scores of classes above adapted embeddings, and the mean cross-entropy of their softmax against labels smoothed by ε: each class has ε/K, the label's own 1 − ε more
/// (Szegedy et al., 2016).
/// </summary>
/// <param name="smoothing">ε.</param>
internal abstract class ClassTop<T>(double smoothing)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _smoothing = T.CreateTruncating(smoothing);

    /// <summary>What the scores are trained by.</summary>
    public abstract AdapterNetwork<T> Network { get; }

    /// <summary>The mean cross-entropy of rows; adds its gradients where there is room for them.</summary>
    /// <param name="rows">n adapted embeddings.</param>
    /// <param name="targets">The rows' classes.</param>
    /// <param name="rowGradients">What ∂loss/∂rows is added to; empty for the loss alone.</param>
    /// <param name="parameterGradients">What ∂loss/∂parameters of <see cref="Network"/> is added to.</param>
    /// <param name="weight">What the loss counts.</param>
    /// <param name="threads">The most threads to use.</param>
    public abstract double Evaluate(BatchRows<T> rows, ClassTargets<T> targets, Memory<T> rowGradients, Span<T> parameterGradients, double weight, int threads);

    /// <summary>The mean cross-entropy times a weight; logits become its derivative.</summary>
    protected double CrossEntropy(Span<T> logits, ClassTargets<T> targets, double weight)
    {
        int rows = targets.Labels.Length, classes = logits.Length / rows;
        T share = T.CreateTruncating(weight / rows);
        double loss = 0;
        for (int i = 0; i < rows; i++)
        {
            loss += targets.AreMixed
                ? CrossEntropy(logits.Slice(i * classes, classes), targets.Labels[i], targets.SecondLabels[i], targets.Shares[i], share)
                : CrossEntropy(logits.Slice(i * classes, classes), targets.Labels[i], targets.Labels[i], T.One, share);
        }

        return weight * loss / rows;
    }

    // −Σ t_c log p_c = log Σ e^z − (1 − ε) z_label − ε mean z, z_label mixed where the row is; the logits become its derivative (p − t) times the share.
    private double CrossEntropy(Span<T> logits, int label, int secondLabel, T firstShare, T share)
    {
        T classes = T.CreateTruncating(logits.Length);
        T largest = TensorPrimitives.Max<T>(logits);
        TensorPrimitives.Subtract(logits, largest, logits);
        T own = (firstShare * logits[label]) + ((T.One - firstShare) * logits[secondLabel]);
        T mean = TensorPrimitives.Sum<T>(logits) / classes;
        TensorPrimitives.Exp<T>(logits, logits);
        T sum = TensorPrimitives.Sum<T>(logits);
        TensorPrimitives.Multiply(logits, share / sum, logits);
        TensorPrimitives.Subtract(logits, share * _smoothing / classes, logits);
        logits[label] -= share * (T.One - _smoothing) * firstShare;
        logits[secondLabel] -= share * (T.One - _smoothing) * (T.One - firstShare);
        return double.CreateTruncating(T.Log(sum) - ((T.One - _smoothing) * own) - (_smoothing * mean));
    }
}
