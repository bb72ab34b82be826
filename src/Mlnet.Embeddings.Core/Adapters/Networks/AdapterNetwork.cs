using System.Numerics;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>A network in training: it maps rows, and takes the way back of a loss's gradient to its parameters.</summary>
/// <remarks>Not for several threads at once: <see cref="Backward"/> belongs to the latest <see cref="Forward"/>. No result depends on the number of threads.</remarks>
/// <typeparam name="T"><see cref="float"/> in use, <see cref="double"/> where gradients are checked.</typeparam>
internal abstract class AdapterNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected AdapterNetwork(T[] parameters) => Parameters = parameters;

    /// <summary>All that is trained, in one piece.</summary>
    public T[] Parameters { get; }

    /// <summary>What the parts of <see cref="Parameters"/> are.</summary>
    public abstract IReadOnlyList<ParameterRange> Ranges { get; }

    /// <summary>Values of a row that comes out.</summary>
    public abstract int OutputDimensions { get; }

    /// <summary>Maps rows.</summary>
    /// <param name="rows">What goes in.</param>
    /// <param name="outputs">What comes out, row after row; overwritten.</param>
    /// <param name="threads">The most threads to use.</param>
    public abstract void Forward(BatchRows<T> rows, Memory<T> outputs, int threads);

    /// <summary>Adds the gradient of the parameters.</summary>
    /// <param name="rows">What went in.</param>
    /// <param name="outputGradients">∂loss/∂outputs, row after row.</param>
    /// <param name="parameterGradients">What ∂loss/∂parameters is added to.</param>
    /// <param name="threads">The most threads to use.</param>
    public abstract void Backward(BatchRows<T> rows, ReadOnlyMemory<T> outputGradients, Span<T> parameterGradients, int threads);
}
