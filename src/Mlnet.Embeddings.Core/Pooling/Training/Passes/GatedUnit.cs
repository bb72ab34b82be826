using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>GEGLU, a · gelu(g) for the halves a and g of each row, gelu(g) = g Φ(g) (Shazeer 2020; Hendrycks and Gimpel 2016), and its way back.</summary>
internal sealed class GatedUnit<T>(int hidden)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T RootHalf = T.CreateChecked(Math.Sqrt(0.5));
    private static readonly T RootTwoPi = T.CreateChecked(Math.Sqrt(2 * Math.PI));
    private static readonly T Half = T.CreateChecked(0.5);

    private readonly T[] _scratch = new T[hidden];
    private readonly T[] _reciprocal = new T[hidden];
    private T[] _cumulative = [];

    /// <summary>Gates rows of 2m values into rows of m.</summary>
    public void Forward(ReadOnlySpan<T> wide, int count, Span<T> gated)
    {
        _cumulative = Rows.AtLeast(_cumulative, count * hidden);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<T> values = wide.Slice(2 * i * hidden, hidden), gates = wide.Slice(((2 * i) + 1) * hidden, hidden);
            Span<T> cumulative = _cumulative.AsSpan(i * hidden, hidden), result = gated.Slice(i * hidden, hidden);
            Cumulative(gates, cumulative);
            TensorPrimitives.Multiply(cumulative, gates, result);
            TensorPrimitives.Multiply(result, values, result);
        }
    }

    /// <summary>Replaces the rows of 2m values by their gradients.</summary>
    public void Backward(Span<T> wide, int count, ReadOnlySpan<T> gatedGradients)
    {
        for (int i = 0; i < count; i++)
        {
            Span<T> values = wide.Slice(2 * i * hidden, hidden), gates = wide.Slice(((2 * i) + 1) * hidden, hidden);
            ReadOnlySpan<T> cumulative = _cumulative.AsSpan(i * hidden, hidden), above = gatedGradients.Slice(i * hidden, hidden);

            // The derivative of g Φ(g) is Φ(g) + g φ(g).
            TensorPrimitives.Multiply(gates, gates, _scratch);
            TensorPrimitives.Multiply(_scratch, -Half, _scratch);
            TensorPrimitives.Exp<T>(_scratch, _scratch);
            TensorPrimitives.Divide(_scratch, RootTwoPi, _scratch);
            TensorPrimitives.MultiplyAdd(_scratch, gates, cumulative, _scratch);
            TensorPrimitives.Multiply(_scratch, values, _scratch);
            TensorPrimitives.Multiply(gates, cumulative, values);
            TensorPrimitives.Multiply(values, above, values);
            TensorPrimitives.Multiply(_scratch, above, gates);
        }
    }

    private void Cumulative(ReadOnlySpan<T> x, Span<T> destination)
    {
        if (typeof(T) == typeof(float))
        {
            Approximate(x, destination);
            return;
        }

        for (int i = 0; i < x.Length; i++)
        {
            destination[i] = T.CreateTruncating(NormalDistribution.Cdf(double.CreateTruncating(x[i])));
        }
    }

    // erfc(z) to 1.5e-7 (Hastings 1955; Abramowitz and Stegun 1964, 7.1.26), which is float's own precision, many values at a time.
    private void Approximate(ReadOnlySpan<T> x, Span<T> destination)
    {
        Span<T> z = _scratch, t = _reciprocal;
        TensorPrimitives.Abs(x, z);
        TensorPrimitives.Multiply(z, RootHalf, z);
        TensorPrimitives.Multiply(z, T.CreateTruncating(0.3275911), t);
        TensorPrimitives.Add(t, T.One, t);
        TensorPrimitives.Reciprocal<T>(t, t);
        TensorPrimitives.Multiply(z, z, z);
        TensorPrimitives.Negate<T>(z, z);
        TensorPrimitives.Exp<T>(z, z);
        TensorPrimitives.Multiply(t, T.CreateTruncating(1.061405429), destination);
        TensorPrimitives.AddMultiply(destination, T.CreateTruncating(-1.453152027), t, destination);
        TensorPrimitives.AddMultiply(destination, T.CreateTruncating(1.421413741), t, destination);
        TensorPrimitives.AddMultiply(destination, T.CreateTruncating(-0.284496736), t, destination);
        TensorPrimitives.AddMultiply(destination, T.CreateTruncating(0.254829592), t, destination);
        TensorPrimitives.Multiply(destination, z, destination);

        // Φ(x) = ½ + ½ sign(x) (1 − erfc(|x| / √2)).
        TensorPrimitives.Subtract(T.One, destination, destination);
        TensorPrimitives.CopySign(destination, x, destination);
        TensorPrimitives.Add(destination, T.One, destination);
        TensorPrimitives.Multiply(destination, Half, destination);
    }
}
