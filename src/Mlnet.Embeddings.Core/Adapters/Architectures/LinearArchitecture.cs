using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Wx + b, starting at the identity: W = I + Δ with Δ and b zero at first, so that decay of weights draws back to the embeddings as they were.</summary>
/// <remarks>With fewer output dimensions than the embeddings have, it starts at their first ones.</remarks>
public sealed class LinearArchitecture : AdapterArchitecture
{
    /// <param name="outputDimensions">k; null for as many as the embeddings have.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    public LinearArchitecture(int? outputDimensions = null)
    {
        if (outputDimensions is int k)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(k, 1, nameof(outputDimensions));
        }

        OutputDimensions = outputDimensions;
    }

    /// <summary>k; null for as many as the embeddings have.</summary>
    public int? OutputDimensions { get; }

    /// <inheritdoc/>
    public override string Name => "linear";

    internal override StackShape ShapeFor(int dimensions) => OutputDimensions is int k && k > dimensions
        ? throw new ArgumentException($"A linear adapter starts at the first of the embeddings' dimensions: it can give {dimensions} at most, not {k}. Take fewer, or an {nameof(MlpArchitecture)}.")
        : new([dimensions, OutputDimensions ?? dimensions], hasBias: true, activation: null, isResidual: true);

    internal override void Start(StackShape shape, Span<float> parameters, Random random)
    {
    }
}
