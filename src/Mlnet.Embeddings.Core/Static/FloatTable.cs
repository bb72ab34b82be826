using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mlnet.Embeddings.Static;

/// <summary>Vectors of float32, row-major in native byte order.</summary>
internal sealed class FloatTable(ReadOnlyMemory<byte> rows, int dimensions, int[]? mapping, float[]? weights) : TokenTable(dimensions, mapping, weights)
{
    protected override void SumBlock(ReadOnlySpan<int> tokens, ReadOnlySpan<float> factors, int column, ref float sum)
    {
        ref float origin = ref MemoryMarshal.GetReference(Values[column..]);
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int i = 0; i < tokens.Length; i++)
        {
            ref float row = ref Unsafe.Add(ref origin, (nint)tokens[i] * Dimensions);
            Vector256<float> factor = Vector256.Create(factors[i]);
            s0 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row), factor, s0);
            s1 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 8), factor, s1);
            s2 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 16), factor, s2);
            s3 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 24), factor, s3);
            s4 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 32), factor, s4);
            s5 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 40), factor, s5);
            s6 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 48), factor, s6);
            s7 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref row, 56), factor, s7);
        }

        s0.StoreUnsafe(ref sum);
        s1.StoreUnsafe(ref sum, 8);
        s2.StoreUnsafe(ref sum, 16);
        s3.StoreUnsafe(ref sum, 24);
        s4.StoreUnsafe(ref sum, 32);
        s5.StoreUnsafe(ref sum, 40);
        s6.StoreUnsafe(ref sum, 48);
        s7.StoreUnsafe(ref sum, 56);
    }

    protected override void AddRest(int row, float factor, int column, Span<float> sum) =>
        TensorPrimitives.MultiplyAddEstimate(Values.Slice((row * Dimensions) + column, sum.Length), factor, sum, sum);

    private ReadOnlySpan<float> Values => MemoryMarshal.Cast<byte, float>(rows.Span);
}
