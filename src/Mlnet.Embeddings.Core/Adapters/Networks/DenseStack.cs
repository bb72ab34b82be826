using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters.Losses;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The network of all adapters of vectors: dense layers, perhaps around a straight path from the input to the output.</summary>
internal sealed class DenseStack<T> : AdapterNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StackShape _shape;
    private readonly T[][] _sums;
    private readonly T[][] _activated;
    private T[] _gradients = [];
    private T[] _nextGradients = [];

    /// <param name="shape">The layers.</param>
    /// <param name="start">Parameters to start from.</param>
    public DenseStack(StackShape shape, ReadOnlySpan<float> start)
        : base(new T[shape.Parameters])
    {
        _shape = shape;
        TensorPrimitives.ConvertTruncating(start, Parameters);
        _sums = new T[Math.Max(0, shape.Layers - 1)][];
        _activated = new T[_sums.Length][];
        Array.Fill(_sums, []);
        Array.Fill(_activated, []);
    }

    public override IReadOnlyList<ParameterRange> Ranges => _shape.Ranges;

    public override int OutputDimensions => _shape.OutputDimensions;

    public override void Forward(BatchRows<T> rows, Memory<T> outputs, int threads)
    {
        Straight(rows, outputs.Span);
        ReadOnlySpan<T> input = rows.Values.Span;
        for (int layer = 0; layer < _shape.Layers; layer++)
        {
            bool isLast = layer == _shape.Layers - 1;
            Span<T> sums = isLast ? outputs.Span : Hidden(_sums, layer, rows.Count);
            MatrixProduct.Multiply(input, _shape.Weights<T>(Parameters, layer), sums, rows.Count, _shape.Width(layer), _shape.Width(layer + 1), accumulate: isLast && _shape.IsResidual, threads);
            AddBias(layer, sums);
            input = isLast ? input : Activate(layer, rows.Count);
        }
    }

    public override void Backward(BatchRows<T> rows, ReadOnlyMemory<T> outputGradients, Span<T> parameterGradients, int threads)
    {
        ReadOnlySpan<T> gradients = outputGradients.Span;
        for (int layer = _shape.Layers - 1; layer >= 0; layer--)
        {
            (int from, int to) = (_shape.Width(layer), _shape.Width(layer + 1));
            ReadOnlySpan<T> input = layer == 0 ? rows.Values.Span : Input(layer, rows.Count);
            AddColumns(gradients, _shape.Bias(parameterGradients, layer));
            MatrixProduct.MultiplyTransposed(input, gradients, _shape.Weights(parameterGradients, layer), from, rows.Count, to, accumulate: true, threads);
            if (layer > 0)
            {
                GrowOnly.Ensure(ref _nextGradients, rows.Count * from);
                Span<T> next = _nextGradients.AsSpan(0, rows.Count * from);
                MatrixProduct.MultiplyByTransposed(gradients, _shape.Weights<T>(Parameters, layer), next, rows.Count, to, from, threads: threads);
                if (_shape.Activation is AdapterActivation activation)
                {
                    Activations.Backward(activation, Hidden(_sums, layer - 1, rows.Count), Hidden(_activated, layer - 1, rows.Count), next);
                }

                (_gradients, _nextGradients) = (_nextGradients, _gradients);
                gradients = next;
            }
        }
    }

    /// <summary>Adds ∂loss/∂inputs of a stack of one plain layer.</summary>
    public void AddInputGradients(ReadOnlyMemory<T> outputGradients, Memory<T> inputGradients, int threads)
    {
        (int from, int to) = (_shape.InputDimensions, _shape.OutputDimensions);
        MatrixProduct.MultiplyByTransposed(outputGradients.Span, _shape.Weights<T>(Parameters, 0), inputGradients.Span, outputGradients.Length / to, to, from, accumulate: true, threads);
    }

    // The first values of each row go straight to the output.
    private void Straight(BatchRows<T> rows, Span<T> outputs)
    {
        if (!_shape.IsResidual)
        {
            return;
        }

        (int from, int to) = (_shape.InputDimensions, _shape.OutputDimensions);
        ReadOnlySpan<T> input = rows.Values.Span;
        if (from == to)
        {
            input.CopyTo(outputs);
            return;
        }

        for (int i = 0; i < rows.Count; i++)
        {
            input.Slice(i * from, to).CopyTo(outputs.Slice(i * to, to));
        }
    }

    private void AddBias(int layer, Span<T> sums)
    {
        ReadOnlySpan<T> bias = _shape.Bias<T>(Parameters, layer);
        for (int first = 0; !bias.IsEmpty && first < sums.Length; first += bias.Length)
        {
            Span<T> row = sums.Slice(first, bias.Length);
            TensorPrimitives.Add(row, bias, row);
        }
    }

    private static void AddColumns(ReadOnlySpan<T> gradients, Span<T> bias)
    {
        for (int first = 0; !bias.IsEmpty && first < gradients.Length; first += bias.Length)
        {
            TensorPrimitives.Add(bias, gradients.Slice(first, bias.Length), bias);
        }
    }

    private Span<T> Hidden(T[][] buffers, int layer, int rows)
    {
        int length = rows * _shape.Width(layer + 1);
        GrowOnly.Ensure(ref buffers[layer], length);
        return buffers[layer].AsSpan(0, length);
    }

    private ReadOnlySpan<T> Activate(int layer, int rows)
    {
        Span<T> sums = Hidden(_sums, layer, rows);
        if (_shape.Activation is not AdapterActivation activation)
        {
            return sums;
        }

        Span<T> activated = Hidden(_activated, layer, rows);
        Activations.Apply(activation, sums, activated);
        return activated;
    }

    private ReadOnlySpan<T> Input(int layer, int rows) => Hidden(_shape.Activation is null ? _sums : _activated, layer - 1, rows);
}
