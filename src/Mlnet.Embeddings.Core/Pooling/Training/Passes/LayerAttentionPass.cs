using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>The layer of <see cref="MultiLayerAttentionPooling"/> over the pooled vectors of a batch of texts, and its way back to its parameters.</summary>
/// <remarks>A run of texts is worked on at a time, so that memory does not grow with a batch. Going back computes a run's values again, except those of the last.</remarks>
internal sealed class LayerAttentionPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int RunRows = 1024;

    private readonly AttentionLayout _layout;
    private readonly int _threads;
    private readonly int _runTexts;
    private readonly NormPass<T> _norm;
    private readonly NormPass<T> _contextNorm;
    private readonly HeadAttention<T> _attention;
    private readonly BlockTail<T> _tail;
    private readonly T[] _query;
    private readonly T[] _queryGradients;
    private readonly T[] _layers;
    private readonly T[] _queries;
    private readonly T[] _key;
    private readonly T[] _value;
    private readonly T[] _keyGradients;
    private readonly T[] _valueGradients;
    private readonly T[] _attended;
    private readonly T[] _weights;
    private readonly T[] _gradients;
    private readonly T[] _layerGradients;
    private int _held = -1;

    public LayerAttentionPass(AttentionLayout layout, int threads)
    {
        AttentionShape shape = layout.Shape;
        int d = shape.Dimensions, inner = shape.Inner, r = shape.Latents, layers = shape.Layers;
        (_layout, _threads) = (layout, threads);
        _runTexts = Math.Max(1, RunRows / Math.Max(r, layers));
        (_norm, _contextNorm) = (new NormPass<T>(d), new NormPass<T>(d));
        _attention = new HeadAttention<T>(shape.Heads, shape.HeadWidth, threads: 1);
        _tail = new BlockTail<T>(layout, threads);
        (_query, _queryGradients) = (new T[r * inner], new T[r * inner]);
        (_layers, _layerGradients) = (new T[_runTexts * layers * d], new T[_runTexts * layers * d]);
        (_queries, _gradients) = (new T[_runTexts * r * d], new T[_runTexts * r * d]);
        (_key, _value) = (new T[_runTexts * layers * inner], new T[_runTexts * layers * inner]);
        (_keyGradients, _valueGradients) = (new T[_runTexts * layers * inner], new T[_runTexts * layers * inner]);
        _attended = new T[_runTexts * r * inner];
        _weights = new T[_runTexts * shape.Heads * r * layers];
    }

    private AttentionShape Shape => _layout.Shape;

    /// <summary>Makes one vector of the layers' of each text.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="rows">L·d values a text: the pooled vectors of its layers.</param>
    /// <param name="count">Texts.</param>
    /// <param name="outputs">d values a text.</param>
    public void Forward(ReadOnlySpan<T> parameters, ReadOnlySpan<T> rows, int count, Span<T> outputs)
    {
        int d = Shape.Dimensions, r = Shape.Latents;
        _held = -1;
        _contextNorm.Forward(parameters[_layout.Latents], r, parameters[_layout.ContextWeight], parameters[_layout.ContextBias]);
        MatrixProduct.MultiplyByTransposed(_contextNorm.Outputs.AsSpan(0, r * d), parameters[_layout.Query], _query, r, d, Shape.Inner, threads: _threads);
        outputs.Clear();
        for (int first = 0; first < count; first += _runTexts)
        {
            int texts = Math.Min(_runTexts, count - first);
            ForwardRun(parameters, rows, first, texts);
            ReadOnlySpan<T> run = _tail.Outputs(texts * r);
            for (int i = 0; i < texts; i++)
            {
                Span<T> output = outputs.Slice((first + i) * d, d);
                Rows.AddEachTo(run.Slice(i * r * d, r * d), output);
                TensorPrimitives.Divide(output, T.CreateChecked(r), output);
            }
        }
    }

    /// <summary>Goes back over what went forward last, and adds to the parameters' gradients.</summary>
    public void Backward(ReadOnlySpan<T> parameters, ReadOnlySpan<T> rows, int count, ReadOnlySpan<T> outputGradients, Span<T> parameterGradients)
    {
        int d = Shape.Dimensions, r = Shape.Latents;
        _queryGradients.AsSpan().Clear();
        for (int first = (count - 1) / _runTexts * _runTexts; first >= 0 && count > 0; first -= _runTexts)
        {
            int texts = Math.Min(_runTexts, count - first);
            if (_held != first)
            {
                ForwardRun(parameters, rows, first, texts);
            }

            for (int i = 0; i < texts * r; i++)
            {
                TensorPrimitives.Divide(outputGradients.Slice((first + (i / r)) * d, d), T.CreateChecked(r), _gradients.AsSpan(i * d, d));
            }

            BackwardRun(parameters, texts, parameterGradients);
        }

        MatrixProduct.MultiplyTransposed(_queryGradients, _contextNorm.Outputs.AsSpan(0, r * d), parameterGradients[_layout.Query], Shape.Inner, r, d, accumulate: true, _threads);
        Span<T> latents = _gradients.AsSpan(0, r * d);
        MatrixProduct.Multiply(_queryGradients, parameters[_layout.Query], latents, r, Shape.Inner, d, threads: _threads);
        _contextNorm.Backward(latents, r, parameters[_layout.ContextWeight], parameterGradients[_layout.ContextWeight], parameterGradients[_layout.ContextBias], parameterGradients[_layout.Latents]);
        _held = -1;
    }

    private void ForwardRun(ReadOnlySpan<T> parameters, ReadOnlySpan<T> rows, int first, int texts)
    {
        int d = Shape.Dimensions, inner = Shape.Inner, r = Shape.Latents, layers = Shape.Layers, width = layers * d;
        ReadOnlySpan<T> biases = parameters[_layout.LayerBiases], latents = parameters[_layout.Latents];
        for (int i = 0; i < texts; i++)
        {
            TensorPrimitives.Add(rows.Slice((first + i) * width, width), biases, _layers.AsSpan(i * width, width));
            latents.CopyTo(_queries.AsSpan(i * r * d));
        }

        _norm.Forward(_layers, texts * layers, parameters[_layout.NormWeight], parameters[_layout.NormBias]);
        Project(parameters, half: 0, _key.AsSpan(0, texts * layers * inner), texts * layers);
        Project(parameters, half: 1, _value.AsSpan(0, texts * layers * inner), texts * layers);
        for (int i = 0; i < texts; i++)
        {
            _attention.Forward(_query, Of(_key, i, layers * inner), Of(_value, i, layers * inner), Of(_weights, i, Shape.Heads * r * layers), Of(_attended, i, r * inner));
        }

        _tail.Forward(parameters, _queries.AsSpan(0, texts * r * d), _attended.AsSpan(0, texts * r * inner), texts * r);
        _held = first;
    }

    private void BackwardRun(ReadOnlySpan<T> parameters, int texts, Span<T> parameterGradients)
    {
        int d = Shape.Dimensions, inner = Shape.Inner, r = Shape.Latents, layers = Shape.Layers, width = layers * d;
        Span<T> attended = _attended.AsSpan(0, texts * r * inner), gradients = _gradients.AsSpan(0, texts * r * d);
        _tail.Backward(parameters, attended, gradients, texts * r, parameterGradients, attended);
        Rows.AddEachTo<T>(gradients, parameterGradients[_layout.Latents]);
        _keyGradients.AsSpan().Clear();
        _valueGradients.AsSpan().Clear();
        for (int i = 0; i < texts; i++)
        {
            _attention.Backward(
                _query,
                Of(_key, i, layers * inner),
                Of(_value, i, layers * inner),
                Of(_weights, i, Shape.Heads * r * layers),
                Of(_attended, i, r * inner),
                new(_queryGradients, Of(_keyGradients, i, layers * inner), Of(_valueGradients, i, layers * inner)));
        }

        Span<T> normed = _layerGradients.AsSpan(0, texts * width);
        ProjectBack(parameters, half: 0, _keyGradients.AsSpan(0, texts * layers * inner), texts * layers, parameterGradients, normed);
        ProjectBack(parameters, half: 1, _valueGradients.AsSpan(0, texts * layers * inner), texts * layers, parameterGradients, normed);
        Span<T> biased = _layers.AsSpan(0, texts * width);
        biased.Clear();
        _norm.Backward(normed, texts * layers, parameters[_layout.NormWeight], parameterGradients[_layout.NormWeight], parameterGradients[_layout.NormBias], biased);
        Rows.AddEachTo<T>(biased, parameterGradients[_layout.LayerBiases]);
    }

    private void Project(ReadOnlySpan<T> parameters, int half, Span<T> result, int count)
    {
        int d = Shape.Dimensions, inner = Shape.Inner;
        MatrixProduct.MultiplyByTransposed(_norm.Outputs.AsSpan(0, count * d), parameters[_layout.KeyValue].Slice(half * inner * d, inner * d), result, count, d, inner, threads: _threads);
    }

    private void ProjectBack(ReadOnlySpan<T> parameters, int half, ReadOnlySpan<T> gradients, int count, Span<T> parameterGradients, Span<T> normed)
    {
        int d = Shape.Dimensions, inner = Shape.Inner;
        MatrixProduct.MultiplyTransposed(gradients, _norm.Outputs.AsSpan(0, count * d), parameterGradients[_layout.KeyValue].Slice(half * inner * d, inner * d), inner, count, d, accumulate: true, _threads);
        MatrixProduct.Multiply(gradients, parameters[_layout.KeyValue].Slice(half * inner * d, inner * d), normed, count, inner, d, accumulate: half > 0, _threads);
    }

    private static Span<T> Of(T[] values, int text, int length) => values.AsSpan(text * length, length);
}
