using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>softmax(q Kᵀ / √width) V in each head for queries over one set of keys and values, and its way back (Vaswani et al. 2017).</summary>
internal sealed class HeadAttention<T>(int heads, int width, int threads)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _inner = heads * width;
    private readonly T _scale = T.One / T.Sqrt(T.CreateChecked(width));
    private T[] _query = [];
    private T[] _key = [];
    private T[] _value = [];
    private T[] _result = [];
    private T[] _scores = [];

    /// <summary>Attends.</summary>
    /// <param name="queries">Queries in all heads, one after the other.</param>
    /// <param name="keys">Keys in all heads.</param>
    /// <param name="values">As many values.</param>
    /// <param name="weights">Heads × queries × keys: the softmax, which the way back needs.</param>
    /// <param name="attended">As large as the queries; overwritten.</param>
    public void Forward(ReadOnlySpan<T> queries, ReadOnlySpan<T> keys, ReadOnlySpan<T> values, Span<T> weights, Span<T> attended)
    {
        int asking = queries.Length / _inner, answering = keys.Length / _inner;
        Reserve(asking, answering);
        for (int head = 0; head < heads; head++)
        {
            Span<T> query = Head(queries, head, _query, asking), key = Head(keys, head, _key, answering), value = Head(values, head, _value, answering);
            Span<T> scores = weights.Slice(head * asking * answering, asking * answering);
            MatrixProduct.MultiplyByTransposed<T>(query, key, scores, asking, width, answering, threads: threads);
            for (int at = 0; at < scores.Length; at += answering)
            {
                Softmax(scores.Slice(at, answering));
            }

            Span<T> result = _result.AsSpan(0, asking * width);
            MatrixProduct.Multiply<T>(scores, value, result, asking, answering, width, threads: threads);
            Rows.CopyColumns<T>(result, width, 0, attended, _inner, head * width, width, asking);
        }
    }

    /// <summary>Adds to the gradients of queries, keys and values what that of the result gives.</summary>
    public void Backward(ReadOnlySpan<T> queries, ReadOnlySpan<T> keys, ReadOnlySpan<T> values, ReadOnlySpan<T> weights, ReadOnlySpan<T> attendedGradients, Gradients gradients)
    {
        int asking = queries.Length / _inner, answering = keys.Length / _inner;
        Reserve(asking, answering);
        for (int head = 0; head < heads; head++)
        {
            ReadOnlySpan<T> softmax = weights.Slice(head * asking * answering, asking * answering);
            Span<T> above = Head(attendedGradients, head, _result, asking), value = Head(values, head, _value, answering), scores = _scores.AsSpan(0, softmax.Length);
            MatrixProduct.MultiplyByTransposed<T>(above, value, scores, asking, width, answering, threads: threads);
            MatrixProduct.MultiplyTransposed(softmax, above, value, answering, asking, width, threads: threads);
            Rows.AddToColumns<T>(value, width, gradients.Values, _inner, head * width, answering);
            for (int at = 0; at < scores.Length; at += answering)
            {
                SoftmaxGradient(softmax.Slice(at, answering), scores.Slice(at, answering));
            }

            Span<T> query = Head(queries, head, _query, asking), key = Head(keys, head, _key, answering);
            MatrixProduct.Multiply<T>(scores, key, above, asking, answering, width, threads: threads);
            Rows.AddToColumns<T>(above, width, gradients.Queries, _inner, head * width, asking);
            MatrixProduct.MultiplyTransposed<T>(scores, query, key, answering, asking, width, threads: threads);
            Rows.AddToColumns<T>(key, width, gradients.Keys, _inner, head * width, answering);
        }
    }

    private void Reserve(int asking, int answering)
    {
        (_query, _result) = (Rows.AtLeast(_query, asking * width), Rows.AtLeast(_result, asking * width));
        (_key, _value) = (Rows.AtLeast(_key, answering * width), Rows.AtLeast(_value, answering * width));
        _scores = Rows.AtLeast(_scores, asking * answering);
    }

    private Span<T> Head(ReadOnlySpan<T> rows, int head, T[] into, int count)
    {
        Rows.CopyColumns(rows, _inner, head * width, into, width, 0, width, count);
        return into.AsSpan(0, count * width);
    }

    private void Softmax(Span<T> scores)
    {
        TensorPrimitives.Multiply(scores, _scale, scores);
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<T>(scores), scores);
        TensorPrimitives.Exp<T>(scores, scores);
        TensorPrimitives.Divide(scores, TensorPrimitives.Sum<T>(scores), scores);
    }

    private void SoftmaxGradient(ReadOnlySpan<T> softmax, Span<T> gradient)
    {
        TensorPrimitives.Subtract(gradient, TensorPrimitives.Dot(softmax, gradient), gradient);
        TensorPrimitives.Multiply(gradient, softmax, gradient);
        TensorPrimitives.Multiply(gradient, _scale, gradient);
    }

    /// <summary>What <see cref="Backward"/> adds to.</summary>
    internal readonly ref struct Gradients(Span<T> queries, Span<T> keys, Span<T> values)
    {
        public Span<T> Queries { get; } = queries;

        public Span<T> Keys { get; } = keys;

        public Span<T> Values { get; } = values;
    }
}
