using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Mlnet.Embeddings.Onnx;

/// <summary>The buffers that one caller at a time runs a graph over; they grow to the largest batch and are kept.</summary>
internal sealed class Workspace
{
    private readonly EncoderGraph _graph;
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly OrtValue[] _inputValues;
    private readonly OrtValue[] _outputValues = new OrtValue[1];
    private readonly long[][] _longs;
    private readonly int[][] _ints;
    private float[] _states = [];
    private Float16[] _halves = [];
    private float[] _pooled = [];
    private readonly float[][] _steps = [[], []];

    public Workspace(EncoderGraph graph)
    {
        _graph = graph;
        _inputNames = [.. graph.Inputs.Select(i => i.Name)];
        _outputNames = [graph.Output];
        _inputValues = new OrtValue[_inputNames.Length];
        _longs = [.. graph.Inputs.Select(_ => Array.Empty<long>())];
        _ints = [.. graph.Inputs.Select(_ => Array.Empty<int>())];
    }

    public TokenizedTexts Texts { get; } = new();

    /// <summary>Runs the graph over a batch of texts that follow each other in the order by length.</summary>
    /// <param name="shared">The session.</param>
    /// <param name="first">The place of the first, longest text: the others are filled up to its length.</param>
    /// <param name="rows">How many.</param>
    /// <param name="padId">The id that fills up.</param>
    /// <param name="width">Values a state or vector.</param>
    /// <returns>rows × tokens × width states, or rows × width vectors; valid until the next run.</returns>
    public ReadOnlySpan<float> Run(SharedSession shared, int first, int rows, int padId, int width)
    {
        int tokens = Texts.LengthAt(first);
        long[] shape = [rows, tokens];
        long[] outputShape = _graph.IsPooled ? [rows, width] : [rows, tokens, width];
        int values = checked(rows * (_graph.IsPooled ? 1 : tokens) * width);
        try
        {
            for (int i = 0; i < _inputValues.Length; i++)
            {
                _inputValues[i] = _graph.Inputs[i].IsInt32
                    ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, Fill(ref _ints[i], _graph.Inputs[i].Kind, first, rows, tokens, padId), shape)
                    : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, Fill(ref _longs[i], _graph.Inputs[i].Kind, first, rows, tokens, padId), shape);
            }

            bool isHalf = _graph.OutputType == TensorElementType.Float16;
            Grow(ref _states, values);
            _outputValues[0] = isHalf
                ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, Grow(ref _halves, values), outputShape)
                : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _states.AsMemory(0, values), outputShape);
            shared.Session.Run(shared.RunOptions, _inputNames, _inputValues, _outputNames, _outputValues);
            if (isHalf)
            {
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<Float16, Half>(_halves.AsSpan(0, values)), _states);
            }

            return _states.AsSpan(0, values);
        }
        finally
        {
            _outputValues[0]?.Dispose();
            Array.ForEach(_inputValues, v => v?.Dispose());
        }
    }

    /// <summary>What follows the graph: pooling and the modules after it.</summary>
    /// <param name="parts">The model.</param>
    /// <param name="output">The states of a text's own tokens, or its pooled vector.</param>
    /// <param name="skippedTokens">Leading tokens that are not pooled.</param>
    /// <param name="destination">The text's vector.</param>
    public void Finish(EncoderParts parts, ReadOnlySpan<float> output, int skippedTokens, Span<float> destination)
    {
        ReadOnlySpan<float> vector = output;
        if (!_graph.IsPooled)
        {
            Span<float> pooled = parts.Steps.Count == 0 ? destination : Grow(ref _pooled, parts.PooledDimensions).Span;
            TokenPooling.Pool(parts.Pooling.Modes, output, parts.Width, skippedTokens, pooled);
            vector = pooled;
        }

        for (int i = 0; i < parts.Steps.Count; i++)
        {
            VectorStep step = parts.Steps[i];
            Span<float> result = i == parts.Steps.Count - 1 ? destination : Grow(ref _steps[i % 2], step.Dimensions(vector.Length)).Span;
            step.Apply(vector, result);
            vector = result;
        }

        if (parts.Steps.Count == 0 && _graph.IsPooled)
        {
            output.CopyTo(destination);
        }
    }

    private static Memory<T> Grow<T>(ref T[] buffer, int values)
    {
        if (buffer.Length < values)
        {
            buffer = GC.AllocateUninitializedArray<T>(values);
        }

        return buffer.AsMemory(0, values);
    }

    private Memory<T> Fill<T>(ref T[] buffer, EncoderInputKind kind, int first, int rows, int tokens, int padId)
        where T : unmanaged, INumber<T>
    {
        Memory<T> filled = Grow(ref buffer, rows * tokens);
        Span<T> values = filled.Span;
        for (int row = 0; row < rows; row++)
        {
            Span<T> line = values.Slice(row * tokens, tokens);
            int length = Texts.LengthAt(first + row);
            switch (kind)
            {
                case EncoderInputKind.Ids:
                    ReadOnlySpan<int> ids = Texts.IdsAt(first + row);
                    for (int t = 0; t < ids.Length; t++)
                    {
                        line[t] = T.CreateTruncating(ids[t]);
                    }

                    line[length..].Fill(T.CreateTruncating(padId));
                    break;
                case EncoderInputKind.Mask:
                    line[..length].Fill(T.One);
                    line[length..].Clear();
                    break;
                case EncoderInputKind.Positions:
                    for (int t = 0; t < tokens; t++)
                    {
                        line[t] = T.CreateTruncating(t);
                    }

                    break;
                default:
                    line.Clear();
                    break;
            }
        }

        return filled;
    }
}
