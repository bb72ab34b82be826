using System.Numerics;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>
/// What follows the attention of a block: u = x + W_o c for what the attention gave, c; y = u + W₂ (a · gelu(g)) + b₂ with (a, g) the halves of W₁ LN₃(u) + b₁.
/// </summary>
internal sealed class BlockTail<T>(AttentionLayout layout, int threads)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _d = layout.Shape.Dimensions;
    private readonly int _inner = layout.Shape.Inner;
    private readonly int _hidden = layout.Shape.Hidden;
    private readonly NormPass<T> _norm = new(layout.Shape.Dimensions);
    private readonly GatedUnit<T> _unit = new(layout.Shape.Hidden);
    private T[] _states = [];
    private T[] _wide = [];
    private T[] _gated = [];
    private T[] _gradients = [];
    private T[] _outputs = [];

    /// <summary>What came out last, d values a row.</summary>
    public ReadOnlySpan<T> Outputs(int count) => _outputs.AsSpan(0, count * _d);

    public void Forward(ReadOnlySpan<T> parameters, ReadOnlySpan<T> x, ReadOnlySpan<T> attended, int count)
    {
        (_states, _outputs) = (Rows.AtLeast(_states, count * _d), Rows.AtLeast(_outputs, count * _d));
        (_wide, _gated) = (Rows.AtLeast(_wide, count * 2 * _hidden), Rows.AtLeast(_gated, count * _hidden));
        Span<T> states = _states.AsSpan(0, count * _d), wide = _wide.AsSpan(0, count * 2 * _hidden), gated = _gated.AsSpan(0, count * _hidden), outputs = _outputs.AsSpan(0, count * _d);
        x.CopyTo(states);
        MatrixProduct.MultiplyByTransposed(attended, parameters[layout.Output], states, count, _inner, _d, accumulate: true, threads);
        _norm.Forward(states, count, parameters[layout.LastNormWeight], parameters[layout.LastNormBias]);
        MatrixProduct.MultiplyByTransposed(_norm.Outputs.AsSpan(0, count * _d), parameters[layout.Wide], wide, count, _d, 2 * _hidden, threads: threads);
        Rows.AddToEach(wide, parameters[layout.WideBias]);
        _unit.Forward(wide, count, gated);
        states.CopyTo(outputs);
        Rows.AddToEach(outputs, parameters[layout.NarrowBias]);
        MatrixProduct.MultiplyByTransposed(gated, parameters[layout.Narrow], outputs, count, _hidden, _d, accumulate: true, threads);
    }

    /// <summary>Goes back over what went forward last.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="attended">What the attention gave.</param>
    /// <param name="gradients">Gradients of the outputs; then those of x.</param>
    /// <param name="count">Rows.</param>
    /// <param name="parameterGradients">Added to.</param>
    /// <param name="attendedGradients">Overwritten.</param>
    public void Backward(ReadOnlySpan<T> parameters, ReadOnlySpan<T> attended, Span<T> gradients, int count, Span<T> parameterGradients, Span<T> attendedGradients)
    {
        _gradients = Rows.AtLeast(_gradients, count * _d);
        Span<T> wide = _wide.AsSpan(0, count * 2 * _hidden), gated = _gated.AsSpan(0, count * _hidden);
        Rows.AddEachTo(gradients, parameterGradients[layout.NarrowBias]);
        MatrixProduct.MultiplyTransposed<T>(gradients, gated, parameterGradients[layout.Narrow], _d, count, _hidden, accumulate: true, threads);
        MatrixProduct.Multiply(gradients, parameters[layout.Narrow], gated, count, _d, _hidden, threads: threads);
        _unit.Backward(wide, count, gated);
        Rows.AddEachTo(wide, parameterGradients[layout.WideBias]);
        MatrixProduct.MultiplyTransposed<T>(wide, _norm.Outputs.AsSpan(0, count * _d), parameterGradients[layout.Wide], 2 * _hidden, count, _d, accumulate: true, threads);
        Span<T> normed = _gradients.AsSpan(0, count * _d);
        MatrixProduct.Multiply(wide, parameters[layout.Wide], normed, count, 2 * _hidden, _d, threads: threads);
        _norm.Backward(normed, count, parameters[layout.LastNormWeight], parameterGradients[layout.LastNormWeight], parameterGradients[layout.LastNormBias], gradients);
        MatrixProduct.MultiplyTransposed(gradients, attended, parameterGradients[layout.Output], _d, count, _inner, accumulate: true, threads);
        MatrixProduct.Multiply(gradients, parameters[layout.Output], attendedGradients, count, _d, _inner, threads: threads);
    }
}
