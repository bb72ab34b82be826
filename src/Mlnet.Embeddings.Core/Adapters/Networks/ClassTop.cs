using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>
/// Scores of classes above adapted embeddings, softmax(Vᵀy + c), and their mean cross-entropy against labels smoothed by ε: each class has ε/K, the label's own 1 − ε more
/// (Szegedy et al., 2016).
/// </summary>
internal sealed class ClassTop<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _classes;
    private readonly T _smoothing;
    private readonly DenseStack<T> _scores;
    private T[] _logits = [];

    /// <param name="dimensions">k, values of an adapted embedding.</param>
    /// <param name="classes">K.</param>
    /// <param name="smoothing">ε.</param>
    public ClassTop(int dimensions, int classes, double smoothing)
    {
        (_classes, _smoothing) = (classes, T.CreateTruncating(smoothing));
        StackShape shape = new([dimensions, classes], hasBias: true, activation: null, isResidual: false);
        _scores = new(shape, new float[shape.Parameters]);
    }

    /// <summary>V and c as a network.</summary>
    public AdapterNetwork<T> Network => _scores;

    /// <summary>The mean cross-entropy of rows; adds its gradients where there is room for them.</summary>
    /// <param name="rows">n adapted embeddings.</param>
    /// <param name="labels">n classes.</param>
    /// <param name="secondLabels">n further classes, where rows are mixed of two; else empty.</param>
    /// <param name="shares">n shares of the first class, where rows are mixed.</param>
    /// <param name="rowGradients">What ∂loss/∂rows is added to; empty for the loss alone.</param>
    /// <param name="parameterGradients">What ∂loss/∂(V, c) is added to.</param>
    /// <param name="weight">What the loss counts.</param>
    /// <param name="threads">The most threads to use.</param>
    public double Evaluate(BatchRows<T> rows, ReadOnlySpan<int> labels, ReadOnlySpan<int> secondLabels, ReadOnlySpan<T> shares, Memory<T> rowGradients, Span<T> parameterGradients, double weight, int threads)
    {
        GrowOnly.Ensure(ref _logits, rows.Count * _classes);
        Memory<T> logits = _logits.AsMemory(0, rows.Count * _classes);
        _scores.Forward(rows, logits, threads);
        T share = T.CreateTruncating(weight / rows.Count);
        double loss = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            bool isMixed = !secondLabels.IsEmpty;
            loss += CrossEntropy(logits.Span.Slice(i * _classes, _classes), labels[i], isMixed ? secondLabels[i] : labels[i], isMixed ? shares[i] : T.One, share);
        }

        if (!rowGradients.IsEmpty)
        {
            _scores.Backward(rows, logits, parameterGradients, threads);
            _scores.AddInputGradients(logits, rowGradients, threads);
        }

        return weight * loss / rows.Count;
    }

    // −Σ t_c log p_c = log Σ e^z − (1 − ε) z_label − ε mean z, z_label mixed where the row is; the logits become its derivative (p − t) times the share.
    private double CrossEntropy(Span<T> logits, int label, int secondLabel, T firstShare, T share)
    {
        T largest = TensorPrimitives.Max<T>(logits);
        TensorPrimitives.Subtract(logits, largest, logits);
        T own = (firstShare * logits[label]) + ((T.One - firstShare) * logits[secondLabel]);
        T mean = TensorPrimitives.Sum<T>(logits) / T.CreateTruncating(_classes);
        TensorPrimitives.Exp<T>(logits, logits);
        T sum = TensorPrimitives.Sum<T>(logits);
        TensorPrimitives.Multiply(logits, share / sum, logits);
        TensorPrimitives.Subtract(logits, share * _smoothing / T.CreateTruncating(_classes), logits);
        logits[label] -= share * (T.One - _smoothing) * firstShare;
        logits[secondLabel] -= share * (T.One - _smoothing) * (T.One - firstShare);
        return double.CreateTruncating(T.Log(sum) - ((T.One - _smoothing) * own) - (_smoothing * mean));
    }
}
