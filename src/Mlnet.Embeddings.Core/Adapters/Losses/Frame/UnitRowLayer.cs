using System.Numerics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>Scaling the first values of each row to length one, u = x/‖x‖, and the way back of a gradient, (g − u(u·g))/‖x‖.</summary>
internal sealed class UnitRowLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Squares of lengths beyond lose digits, vanish or overflow in single precision.
    private static readonly T Shortest = T.CreateTruncating(1e-12);
    private static readonly T Longest = T.CreateTruncating(1e18);

    private T[] _units = [];
    private T[] _lengths = [];
    private int _count;
    private int _width;

    /// <summary>The unit rows of the last <see cref="Forward"/>, row after row.</summary>
    public ReadOnlyMemory<T> Units => _units.AsMemory(0, _count * _width);

    /// <summary>Scales the first <paramref name="width"/> values of <paramref name="count"/> rows; a row of zeros stays one.</summary>
    /// <param name="rows">The rows, row after row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="width">How many values of each.</param>
    /// <param name="threads">The most threads to use.</param>
    public void Forward(ReadOnlyMemory<T> rows, int count, int width, int threads)
    {
        (_count, _width) = (count, width);
        GrowOnly.Ensure(ref _units, count * width);
        GrowOnly.Ensure(ref _lengths, count);
        int stride = rows.Length / Math.Max(1, count);
        RowWork.For(count, threads, i =>
        {
            ReadOnlySpan<T> row = rows.Span.Slice(i * stride, width);
            T length = TensorPrimitives.Norm(row);
            Span<T> unit = _units.AsSpan(i * width, width);
            if (length > Shortest && length < Longest)
            {
                _lengths[i] = length;
                TensorPrimitives.Multiply(row, T.One / length, unit);
                return;
            }

            _lengths[i] = Scale(row, unit);
        });
    }

    // The largest value comes out first.
    private static T Scale(ReadOnlySpan<T> row, Span<T> unit)
    {
        T largest = T.Abs(TensorPrimitives.MaxMagnitude(row));
        if (!(largest > T.Zero))
        {
            unit.Clear();
            return T.Zero;
        }

        TensorPrimitives.Divide(row, largest, unit);
        T length = TensorPrimitives.Norm<T>(unit);
        TensorPrimitives.Divide(unit, length, unit);
        return largest * length;
    }

    /// <summary>What the gradient of the unit rows gives for the rows, times a weight; overwrites <paramref name="unitGradients"/>.</summary>
    /// <param name="unitGradients">∂loss/∂u, row after row.</param>
    /// <param name="gradients">∂loss/∂x, row after row, with as many values a row as the rows had.</param>
    /// <param name="weight">What the gradient is multiplied by.</param>
    /// <param name="add">Whether to add to what <paramref name="gradients"/> holds; otherwise it is overwritten, with zeros where the rows were cut off.</param>
    /// <param name="threads">The most threads to use.</param>
    public void Backward(Memory<T> unitGradients, Memory<T> gradients, T weight, bool add, int threads)
    {
        int stride = gradients.Length / Math.Max(1, _count);
        RowWork.For(_count, threads, i =>
        {
            Span<T> target = gradients.Span.Slice(i * stride, stride);
            Span<T> cut = target[.._width];
            T share = _lengths[i] > T.Zero ? weight / _lengths[i] : T.Zero;
            ReadOnlySpan<T> unit = _units.AsSpan(i * _width, _width);
            Span<T> gradient = unitGradients.Span.Slice(i * _width, _width);
            T radial = TensorPrimitives.Dot(unit, gradient);
            TensorPrimitives.MultiplyAdd(unit, -radial, gradient, gradient);
            if (add)
            {
                TensorPrimitives.MultiplyAdd(gradient, share, cut, cut);
                return;
            }

            TensorPrimitives.Multiply(gradient, share, cut);
            target[_width..].Clear();
        });
    }
}
