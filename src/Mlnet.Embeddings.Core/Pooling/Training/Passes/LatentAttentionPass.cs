using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>The layer of <see cref="LatentAttentionPooling"/> over the tokens of a batch of texts, and its way back to its parameters.</summary>
/// <remarks>
/// Tokens attend to the latents only, so that those of all texts stand one after the other, and a run of them is worked on at a time: memory does not grow with a batch's
/// tokens. Going back computes a run's values again, except those of the last.
/// </remarks>
internal sealed class LatentAttentionPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Tokens of a run: enough for the products to be fast; some 50 MB of values with states of 384.</summary>
    private const int RunTokens = 1024;

    private readonly AttentionLayout _layout;
    private readonly int _threads;
    private readonly NormPass<T> _norm;
    private readonly NormPass<T> _contextNorm;
    private readonly HeadAttention<T> _attention;
    private readonly BlockTail<T> _tail;
    private readonly T[] _keyValue;
    private readonly T[] _keyValueGradients;
    private readonly T[] _latentGradients;
    private T[] _query = [];
    private T[] _queryGradients = [];
    private T[] _attended = [];
    private T[] _weights = [];
    private T[] _gradients = [];
    private int _held = -1;

    public LatentAttentionPass(AttentionLayout layout, int threads)
    {
        AttentionShape shape = layout.Shape;
        (_layout, _threads) = (layout, threads);
        (_norm, _contextNorm) = (new NormPass<T>(shape.Dimensions), new NormPass<T>(shape.Dimensions));
        _attention = new HeadAttention<T>(shape.Heads, shape.HeadWidth, threads);
        _tail = new BlockTail<T>(layout, threads);
        _keyValue = new T[2 * shape.Latents * shape.Inner];
        _keyValueGradients = new T[2 * shape.Latents * shape.Inner];
        _latentGradients = new T[shape.Latents * shape.Dimensions];
    }

    private AttentionShape Shape => _layout.Shape;

    // Keys of all latents, then values.
    private int HalfOfKeyValue => Shape.Latents * Shape.Inner;

    /// <summary>Pools texts.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="states">The states of the tokens that take part, text after text.</param>
    /// <param name="starts">Where each text's tokens start, and at last their number.</param>
    /// <param name="outputs">A vector a text; zero where it has no token.</param>
    public void Forward(ReadOnlySpan<T> parameters, ReadOnlySpan<T> states, ReadOnlySpan<int> starts, Span<T> outputs)
    {
        _held = -1;
        ReadLatents(parameters);
        outputs.Clear();
        int d = Shape.Dimensions, text = 0;
        for (int first = 0; first < starts[^1]; first += RunTokens)
        {
            int count = Math.Min(RunTokens, starts[^1] - first);
            ForwardRun(parameters, states, first, count);
            ReadOnlySpan<T> run = _tail.Outputs(count);
            for (int i = 0; i < count; i++)
            {
                text = TextOf(starts, first + i, text);
                Span<T> output = outputs.Slice(text * d, d);
                TensorPrimitives.Add(output, run.Slice(i * d, d), output);
            }
        }

        for (text = 0; text < starts.Length - 1; text++)
        {
            Span<T> output = outputs.Slice(text * d, d);
            TensorPrimitives.Divide(output, Tokens(starts, text), output);
        }
    }

    /// <summary>Goes back over what went forward last, and adds to the parameters' gradients.</summary>
    public void Backward(ReadOnlySpan<T> parameters, ReadOnlySpan<T> states, ReadOnlySpan<int> starts, ReadOnlySpan<T> outputGradients, Span<T> parameterGradients)
    {
        int d = Shape.Dimensions;
        _keyValueGradients.AsSpan().Clear();
        for (int first = (starts[^1] - 1) / RunTokens * RunTokens; first >= 0 && starts[^1] > 0; first -= RunTokens)
        {
            int count = Math.Min(RunTokens, starts[^1] - first), text = 0;
            if (_held != first)
            {
                ForwardRun(parameters, states, first, count);
            }

            _gradients = Rows.AtLeast(_gradients, count * d);
            for (int i = 0; i < count; i++)
            {
                text = TextOf(starts, first + i, text);
                TensorPrimitives.Divide(outputGradients.Slice(text * d, d), Tokens(starts, text), _gradients.AsSpan(i * d, d));
            }

            BackwardRun(parameters, count, parameterGradients);
        }

        BackwardLatents(parameters, parameterGradients);
        _held = -1;
    }

    private static int TextOf(ReadOnlySpan<int> starts, int token, int text)
    {
        while (starts[text + 1] <= token)
        {
            text++;
        }

        return text;
    }

    private static T Tokens(ReadOnlySpan<int> starts, int text) => T.CreateChecked(Math.Max(1, starts[text + 1] - starts[text]));

    private void ReadLatents(ReadOnlySpan<T> parameters)
    {
        int r = Shape.Latents, d = Shape.Dimensions;
        _contextNorm.Forward(parameters[_layout.Latents], r, parameters[_layout.ContextWeight], parameters[_layout.ContextBias]);
        for (int half = 0; half < 2; half++)
        {
            MatrixProduct.MultiplyByTransposed(
                _contextNorm.Outputs.AsSpan(0, r * d), parameters[_layout.KeyValue].Slice(half * Shape.Inner * d, Shape.Inner * d), _keyValue.AsSpan(half * HalfOfKeyValue, HalfOfKeyValue), r, d, Shape.Inner, threads: _threads);
        }
    }

    private void ForwardRun(ReadOnlySpan<T> parameters, ReadOnlySpan<T> states, int first, int count)
    {
        int d = Shape.Dimensions, inner = Shape.Inner;
        (_query, _attended) = (Rows.AtLeast(_query, count * inner), Rows.AtLeast(_attended, count * inner));
        _weights = Rows.AtLeast(_weights, count * Shape.Latents * Shape.Heads);
        ReadOnlySpan<T> rows = states.Slice(first * d, count * d);
        Span<T> query = _query.AsSpan(0, count * inner), attended = _attended.AsSpan(0, count * inner);
        _norm.Forward(rows, count, parameters[_layout.NormWeight], parameters[_layout.NormBias]);
        MatrixProduct.MultiplyByTransposed(_norm.Outputs.AsSpan(0, count * d), parameters[_layout.Query], query, count, d, inner, threads: _threads);
        _attention.Forward(query, _keyValue.AsSpan(0, HalfOfKeyValue), _keyValue.AsSpan(HalfOfKeyValue), _weights.AsSpan(0, count * Shape.Latents * Shape.Heads), attended);
        _tail.Forward(parameters, rows, attended, count);
        _held = first;
    }

    private void BackwardRun(ReadOnlySpan<T> parameters, int count, Span<T> parameterGradients)
    {
        int d = Shape.Dimensions, inner = Shape.Inner;
        _queryGradients = Rows.AtLeast(_queryGradients, count * inner);
        Span<T> query = _query.AsSpan(0, count * inner), attended = _attended.AsSpan(0, count * inner), gradients = _gradients.AsSpan(0, count * d), queryGradients = _queryGradients.AsSpan(0, count * inner);
        _tail.Backward(parameters, attended, gradients, count, parameterGradients, attended);
        queryGradients.Clear();
        _attention.Backward(
            query,
            _keyValue.AsSpan(0, HalfOfKeyValue),
            _keyValue.AsSpan(HalfOfKeyValue),
            _weights.AsSpan(0, count * Shape.Latents * Shape.Heads),
            attended,
            new(queryGradients, _keyValueGradients.AsSpan(0, HalfOfKeyValue), _keyValueGradients.AsSpan(HalfOfKeyValue)));
        MatrixProduct.MultiplyTransposed<T>(queryGradients, _norm.Outputs.AsSpan(0, count * d), parameterGradients[_layout.Query], inner, count, d, accumulate: true, _threads);

        // The states are not trained, so that what reaches the residual ends here.
        MatrixProduct.Multiply(queryGradients, parameters[_layout.Query], gradients, count, inner, d, threads: _threads);
        _norm.Backward(gradients, count, parameters[_layout.NormWeight], parameterGradients[_layout.NormWeight], parameterGradients[_layout.NormBias], []);
    }

    private void BackwardLatents(ReadOnlySpan<T> parameters, Span<T> parameterGradients)
    {
        int r = Shape.Latents, d = Shape.Dimensions, inner = Shape.Inner;
        for (int half = 0; half < 2; half++)
        {
            ReadOnlySpan<T> gradients = _keyValueGradients.AsSpan(half * HalfOfKeyValue, HalfOfKeyValue);
            MatrixProduct.MultiplyTransposed(gradients, _contextNorm.Outputs.AsSpan(0, r * d), parameterGradients[_layout.KeyValue].Slice(half * inner * d, inner * d), inner, r, d, accumulate: true, _threads);
            MatrixProduct.Multiply(gradients, parameters[_layout.KeyValue].Slice(half * inner * d, inner * d), _latentGradients, r, inner, d, accumulate: half > 0, _threads);
        }

        _contextNorm.Backward(_latentGradients, r, parameters[_layout.ContextWeight], parameterGradients[_layout.ContextWeight], parameterGradients[_layout.ContextBias], parameterGradients[_layout.Latents]);
    }
}
