using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Pooling;

/// <summary>
/// Cross-attention and a feed-forward layer, each behind a LayerNorm and beside a residual: what NV-Embed and Multi-Layers Trainable Pooling share. The
/// names of the tensors are those of both projects' PyTorch modules.
/// </summary>
internal sealed class AttentionBlock
{
    private readonly int _heads;
    private readonly int _inner;

    public AttentionBlock(AttentionTensors tensors, int heads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        _heads = heads;
        (LatentCount, Dimensions) = tensors.ShapeOf("latents");
        (_inner, _) = tensors.ShapeOf("cross_attend_blocks.0.fn.to_q.weight");
        int d = Dimensions, hidden = tensors.ShapeOf("cross_attend_blocks.1.fn.net.2.weight").Columns;
        if (LatentCount == 0 || d == 0 || _inner == 0 || hidden == 0 || _inner % heads != 0)
        {
            throw new InvalidDataException($"The pooling layer has {LatentCount} latents of {d} values, {_inner} values in {heads} heads and {hidden} hidden ones; none may be 0, and the heads must be of one size.");
        }

        Latents = tensors.Read("latents", LatentCount, d);
        Norm = LayerNorm.Read(tensors, "cross_attend_blocks.0.norm", d);
        ContextNorm = LayerNorm.Read(tensors, "cross_attend_blocks.0.norm_context", d);
        Query = new LinearMap(tensors.Read("cross_attend_blocks.0.fn.to_q.weight", _inner, d), null, _inner);
        float[] keyValue = tensors.Read("cross_attend_blocks.0.fn.to_kv.weight", 2 * _inner, d);
        Key = new LinearMap(keyValue[..(_inner * d)], null, _inner);
        Value = new LinearMap(keyValue[(_inner * d)..], null, _inner);
        Output = new LinearMap(tensors.Read("cross_attend_blocks.0.fn.to_out.weight", d, _inner), null, d);
        FeedForwardNorm = LayerNorm.Read(tensors, "cross_attend_blocks.1.norm", d);
        FeedForwardIn = new LinearMap(tensors.Read("cross_attend_blocks.1.fn.net.0.weight", 2 * hidden, d), tensors.Read("cross_attend_blocks.1.fn.net.0.bias", 2 * hidden), 2 * hidden);
        FeedForwardOut = new LinearMap(tensors.Read("cross_attend_blocks.1.fn.net.2.weight", d, hidden), tensors.Read("cross_attend_blocks.1.fn.net.2.bias", d), d);
    }

    public int LatentCount { get; }

    public int Dimensions { get; }

    public float[] Latents { get; }

    public LayerNorm Norm { get; }

    public LayerNorm ContextNorm { get; }

    public LinearMap Query { get; }

    public LinearMap Key { get; }

    public LinearMap Value { get; }

    public LinearMap Output { get; }

    public LayerNorm FeedForwardNorm { get; }

    public LinearMap FeedForwardIn { get; }

    public LinearMap FeedForwardOut { get; }

    public int Heads => _heads;

    /// <summary>Writes the tensors under the names they are read by.</summary>
    public void Write(SafetensorsWriter writer, string prefix)
    {
        string attention = prefix + "cross_attend_blocks.0.", feedForward = prefix + "cross_attend_blocks.1.";
        writer.Add(prefix + "latents", Latents, LatentCount, Dimensions);
        Norm.Write(writer, attention + "norm");
        ContextNorm.Write(writer, attention + "norm_context");
        Query.Write(writer, attention + "fn.to_q");
        LinearMap.Write(writer, attention + "fn.to_kv", Key, Value);
        Output.Write(writer, attention + "fn.to_out");
        FeedForwardNorm.Write(writer, feedForward + "norm");
        FeedForwardIn.Write(writer, feedForward + "fn.net.0");
        FeedForwardOut.Write(writer, feedForward + "fn.net.2");
    }

    /// <summary>Vectors behind a norm, row after row.</summary>
    public float[] Normalized(LayerNorm norm, ReadOnlySpan<float> rows)
    {
        float[] result = new float[rows.Length];
        for (int at = 0; at < rows.Length; at += Dimensions)
        {
            norm.Apply(rows.Slice(at, Dimensions), result.AsSpan(at, Dimensions));
        }

        return result;
    }

    /// <summary>x + attention of a query over keys and values, then that + feed-forward, added to <paramref name="sum"/>.</summary>
    /// <param name="x">What the residual keeps, d values.</param>
    /// <param name="query">The query's values in all heads.</param>
    /// <param name="keys">Keys, row after row.</param>
    /// <param name="values">As many values.</param>
    /// <param name="sum">d values that the result is added to.</param>
    public void AddTo(ReadOnlySpan<float> x, ReadOnlySpan<float> query, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> sum)
    {
        int hidden = FeedForwardIn.Outputs / 2, rows = keys.Length / _inner;
        float[] rented = ArrayPool<float>.Shared.Rent(rows + _inner + (2 * Dimensions) + (2 * hidden));
        Span<float> scratch = rented;
        Span<float> attended = scratch.Slice(rows, _inner), state = scratch.Slice(rows + _inner, Dimensions), other = scratch.Slice(rows + _inner + Dimensions, Dimensions);
        Span<float> wide = scratch.Slice(rows + _inner + (2 * Dimensions), 2 * hidden);
        Attend(query, keys, values, scratch[..rows], attended);
        Output.Apply(attended, state);
        TensorPrimitives.Add(state, x, state);
        FeedForwardNorm.Apply(state, other);
        FeedForwardIn.Apply(other, wide);
        for (int i = 0; i < hidden; i++)
        {
            wide[i] *= ErrorFunction.Gelu(wide[hidden + i]);
        }

        FeedForwardOut.Apply(wide[..hidden], other);
        TensorPrimitives.Add(state, other, state);
        TensorPrimitives.Add(sum, state, sum);
        ArrayPool<float>.Shared.Return(rented);
    }

    private void Attend(ReadOnlySpan<float> query, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, Span<float> weights, Span<float> attended)
    {
        int width = _inner / _heads;
        float scale = 1 / MathF.Sqrt(width);
        attended.Clear();
        for (int head = 0; head < _heads; head++)
        {
            int at = head * width;
            for (int row = 0; row < weights.Length; row++)
            {
                weights[row] = TensorPrimitives.Dot(query.Slice(at, width), keys.Slice((row * _inner) + at, width)) * scale;
            }

            TensorPrimitives.Subtract(weights, TensorPrimitives.Max(weights), weights);
            TensorPrimitives.Exp(weights, weights);
            TensorPrimitives.Divide(weights, TensorPrimitives.Sum(weights), weights);
            Span<float> own = attended.Slice(at, width);
            for (int row = 0; row < weights.Length; row++)
            {
                TensorPrimitives.MultiplyAdd(values.Slice((row * _inner) + at, width), weights[row], own, own);
            }
        }
    }
}
