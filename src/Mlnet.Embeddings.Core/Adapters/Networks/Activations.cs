using System.Numerics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The activations and their derivatives, over whole layers.</summary>
internal static class Activations
{
    /// <summary>√(2/π), of GELU.</summary>
    public const double GeluScale = 0.7978845608028654;

    /// <summary>What the cube counts in GELU.</summary>
    public const double GeluCube = 0.044715;

    public static AdapterActivation Checked(AdapterActivation activation) => Enum.IsDefined(activation) ? activation : throw new ArgumentOutOfRangeException(nameof(activation), activation, "There is no such activation.");

    /// <summary>σ(x) for each value.</summary>
    /// <param name="activation">σ.</param>
    /// <param name="x">The values.</param>
    /// <param name="destination">σ(x); may be <paramref name="x"/> itself but for GELU.</param>
    public static void Apply<T>(AdapterActivation activation, ReadOnlySpan<T> x, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (activation)
        {
            case AdapterActivation.Relu:
                TensorPrimitives.Max(x, T.Zero, destination);
                break;
            case AdapterActivation.Tanh:
                TensorPrimitives.Tanh(x, destination);
                break;
            default:
                GeluTangent(x, destination);
                TensorPrimitives.AddMultiply(destination, T.One, x, destination);
                TensorPrimitives.Multiply(destination, T.CreateTruncating(0.5), destination);
                break;
        }
    }

    /// <summary>Multiplies gradients by σ′(x).</summary>
    /// <param name="activation">σ.</param>
    /// <param name="x">What went in.</param>
    /// <param name="activated">σ(x); overwritten.</param>
    /// <param name="gradients">∂loss/∂σ(x), then ∂loss/∂x.</param>
    public static void Backward<T>(AdapterActivation activation, ReadOnlySpan<T> x, Span<T> activated, Span<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (activation)
        {
            case AdapterActivation.Relu:
                for (int i = 0; i < x.Length; i++)
                {
                    gradients[i] = x[i] > T.Zero ? gradients[i] : T.Zero;
                }

                break;
            case AdapterActivation.Tanh:
                for (int i = 0; i < activated.Length; i++)
                {
                    gradients[i] *= T.One - (activated[i] * activated[i]);
                }

                break;
            default:
                GeluTangent(x, activated);
                GeluBackward(x, activated, gradients);
                break;
        }
    }

    // tanh(√(2/π)(x + 0.044715x³)).
    private static void GeluTangent<T>(ReadOnlySpan<T> x, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T scale = T.CreateTruncating(GeluScale), cube = T.CreateTruncating(GeluScale * GeluCube);
        TensorPrimitives.Multiply(x, x, destination);
        TensorPrimitives.Multiply(destination, cube, destination);
        TensorPrimitives.AddMultiply(destination, scale, x, destination);
        TensorPrimitives.Tanh(destination, destination);
    }

    private static void GeluBackward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> tangents, Span<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T half = T.CreateTruncating(0.5), scale = T.CreateTruncating(GeluScale), square = T.CreateTruncating(3 * GeluScale * GeluCube);

        // Long before, the tangent is ±1 to the bit; a square that overflows would make its derivative NaN in place of 0.
        T saturated = T.CreateTruncating(1e6);
        for (int i = 0; i < x.Length; i++)
        {
            T t = tangents[i];
            T inner = scale + (square * T.Min(x[i] * x[i], saturated));
            gradients[i] *= half * (T.One + t + (x[i] * (T.One - (t * t)) * inner));
        }
    }
}
