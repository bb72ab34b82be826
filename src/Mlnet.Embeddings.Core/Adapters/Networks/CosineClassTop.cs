using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>
/// Scores s·cos(y, v_c) with a prototype v_c for each class, trained from the mean of its rows ("A Closer Look at Few-shot Classification", Chen et al., 2019, with the start of
/// "Prototypical Networks", Snell et al., 2017).
/// </summary>
internal sealed class CosineClassTop<T> : ClassTop<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _dimensions;
    private readonly int _classes;
    private readonly T _scale;
    private readonly DenseStack<T> _prototypes;
    private readonly UnitRowLayer<T> _rowUnits = new();
    private readonly UnitRowLayer<T> _prototypeUnits = new();
    private T[] _logits = [];
    private T[] _rowGradients = [];
    private T[] _prototypeGradients = [];

    /// <param name="start">The prototypes at first, K×k; one of zeros stays so.</param>
    /// <param name="classes">K.</param>
    /// <param name="scale">s.</param>
    /// <param name="smoothing">ε.</param>
    public CosineClassTop(ReadOnlySpan<float> start, int classes, double scale, double smoothing)
        : base(smoothing)
    {
        (_dimensions, _classes, _scale) = (start.Length / classes, classes, T.CreateTruncating(scale));
        _prototypes = new(new StackShape([classes, _dimensions], hasBias: false, activation: null, isResidual: false), start);
    }

    /// <summary>The prototypes, as the layer from a class to its row.</summary>
    public override AdapterNetwork<T> Network => _prototypes;

    public override double Evaluate(BatchRows<T> rows, ClassTargets<T> targets, Memory<T> rowGradients, Span<T> parameterGradients, double weight, int threads)
    {
        _rowUnits.Forward(rows.Values, rows.Count, _dimensions, threads);
        _prototypeUnits.Forward(_prototypes.Parameters, _classes, _dimensions, threads);
        GrowOnly.Ensure(ref _logits, rows.Count * _classes);
        Span<T> logits = _logits.AsSpan(0, rows.Count * _classes);
        MatrixProduct.MultiplyByTransposed(_rowUnits.Units.Span, _prototypeUnits.Units.Span, logits, rows.Count, _dimensions, _classes, threads: threads);
        TensorPrimitives.Multiply(logits, _scale, logits);
        double loss = CrossEntropy(logits, targets, weight);
        if (!rowGradients.IsEmpty)
        {
            Backward(logits, rows.Count, rowGradients, parameterGradients, threads);
        }

        return loss;
    }

    private void Backward(Span<T> logitGradients, int count, Memory<T> rowGradients, Span<T> parameterGradients, int threads)
    {
        GrowOnly.Ensure(ref _rowGradients, count * _dimensions);
        GrowOnly.Ensure(ref _prototypeGradients, 2 * _classes * _dimensions);
        Memory<T> ofRows = _rowGradients.AsMemory(0, count * _dimensions);
        Memory<T> ofUnits = _prototypeGradients.AsMemory(0, _classes * _dimensions), ofPrototypes = _prototypeGradients.AsMemory(_classes * _dimensions, _classes * _dimensions);
        MatrixProduct.Multiply(logitGradients, _prototypeUnits.Units.Span, ofRows.Span, count, _classes, _dimensions, threads: threads);
        MatrixProduct.MultiplyTransposed(logitGradients, _rowUnits.Units.Span, ofUnits.Span, _classes, count, _dimensions, threads: threads);
        _rowUnits.Backward(ofRows, rowGradients, _scale, add: true, threads);
        _prototypeUnits.Backward(ofUnits, ofPrototypes, _scale, add: false, threads);
        TensorPrimitives.Add(parameterGradients, ofPrototypes.Span, parameterGradients);
    }
}
