using System.Numerics;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Scores Vᵀy + c, zero at first.</summary>
internal sealed class LinearClassTop<T> : ClassTop<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DenseStack<T> _scores;
    private T[] _logits = [];

    /// <param name="dimensions">k, values of an adapted embedding.</param>
    /// <param name="classes">K.</param>
    /// <param name="smoothing">ε.</param>
    public LinearClassTop(int dimensions, int classes, double smoothing)
        : base(smoothing)
    {
        StackShape shape = new([dimensions, classes], hasBias: true, activation: null, isResidual: false);
        _scores = new(shape, new float[shape.Parameters]);
    }

    /// <summary>V and c.</summary>
    public override AdapterNetwork<T> Network => _scores;

    public override double Evaluate(BatchRows<T> rows, ClassTargets<T> targets, Memory<T> rowGradients, Span<T> parameterGradients, double weight, int threads)
    {
        GrowOnly.Ensure(ref _logits, rows.Count * _scores.OutputDimensions);
        Memory<T> logits = _logits.AsMemory(0, rows.Count * _scores.OutputDimensions);
        _scores.Forward(rows, logits, threads);
        double loss = CrossEntropy(logits.Span, targets, weight);
        if (!rowGradients.IsEmpty)
        {
            _scores.Backward(rows, logits, parameterGradients, threads);
            _scores.AddInputGradients(logits, rowGradients, threads);
        }

        return loss;
    }
}
