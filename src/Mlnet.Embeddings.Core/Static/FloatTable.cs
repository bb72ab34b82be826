using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Static;

/// <summary>Vectors of float32, optionally shared between tokens (Model2Vec's mapping) and weighted by token.</summary>
internal sealed class FloatTable(ReadOnlyMemory<byte> rows, int dimensions, int tokens, int[]? mapping, float[]? weights) : TokenTable(dimensions, tokens)
{
    public override void Sum(ReadOnlySpan<int> ids, Span<float> sum)
    {
        sum.Clear();
        ReadOnlySpan<float> table = MemoryMarshal.Cast<byte, float>(rows.Span);
        foreach (int id in ids)
        {
            ReadOnlySpan<float> row = table.Slice((mapping is null ? id : mapping[id]) * Dimensions, Dimensions);
            if (weights is null)
            {
                TensorPrimitives.Add(sum, row, sum);
            }
            else
            {
                TensorPrimitives.MultiplyAddEstimate(row, weights[id], sum, sum);
            }
        }
    }
}
