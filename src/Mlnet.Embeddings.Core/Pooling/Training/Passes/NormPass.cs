using System.Numerics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>LayerNorm of rows, y = x̂ w + b with x̂ = (x − mean) / √(variance + 1e-5), and its way back (Ba et al. 2016).</summary>
internal sealed class NormPass<T>(int dimensions)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T Epsilon = T.CreateChecked(1e-5);

    private T[] _unit = [];
    private T[] _inverse = [];

    /// <summary>What came out last, row after row.</summary>
    public T[] Outputs { get; private set; } = [];

    public void Forward(ReadOnlySpan<T> rows, int count, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias)
    {
        _unit = Rows.AtLeast(_unit, count * dimensions);
        Outputs = Rows.AtLeast(Outputs, count * dimensions);
        _inverse = Rows.AtLeast(_inverse, count);
        T width = T.CreateChecked(dimensions);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<T> x = rows.Slice(i * dimensions, dimensions);
            Span<T> unit = _unit.AsSpan(i * dimensions, dimensions);
            TensorPrimitives.Subtract(x, TensorPrimitives.Sum(x) / width, unit);
            _inverse[i] = T.One / T.Sqrt((TensorPrimitives.SumOfSquares<T>(unit) / width) + Epsilon);
            TensorPrimitives.Multiply(unit, _inverse[i], unit);
            TensorPrimitives.MultiplyAdd(unit, weight, bias, Outputs.AsSpan(i * dimensions, dimensions));
        }
    }

    /// <summary>Adds to the gradients of weight and bias, and to those of the rows where they are wanted; overwrites what came from above.</summary>
    /// <param name="outputGradients">Gradients of the outputs; used as scratch.</param>
    /// <param name="count">As many rows as went forward.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="weightGradients">Added to.</param>
    /// <param name="biasGradients">Added to.</param>
    /// <param name="rowGradients">Added to; empty where the rows are not trained.</param>
    public void Backward(Span<T> outputGradients, int count, ReadOnlySpan<T> weight, Span<T> weightGradients, Span<T> biasGradients, Span<T> rowGradients)
    {
        T width = T.CreateChecked(dimensions);
        for (int i = 0; i < count; i++)
        {
            Span<T> above = outputGradients.Slice(i * dimensions, dimensions);
            ReadOnlySpan<T> unit = _unit.AsSpan(i * dimensions, dimensions);
            TensorPrimitives.Add(biasGradients, above, biasGradients);
            TensorPrimitives.MultiplyAdd(above, unit, weightGradients, weightGradients);
            if (rowGradients.IsEmpty)
            {
                continue;
            }

            // What shifts or stretches a row changes nothing that comes out.
            TensorPrimitives.Multiply(above, weight, above);
            T shift = TensorPrimitives.Sum<T>(above) / width, stretch = TensorPrimitives.Dot(above, unit) / width;
            TensorPrimitives.MultiplyAdd(unit, -stretch, above, above);
            TensorPrimitives.Subtract(above, shift, above);
            Span<T> target = rowGradients.Slice(i * dimensions, dimensions);
            TensorPrimitives.MultiplyAdd(above, _inverse[i], target, target);
        }
    }
}
