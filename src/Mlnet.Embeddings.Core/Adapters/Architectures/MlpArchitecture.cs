using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>A multilayer perceptron: xW₁ + b₁, σ, … to k output dimensions. It starts at random and so forgets the embeddings' own geometry: for much data, or for another number of dimensions.</summary>
public sealed class MlpArchitecture : AdapterArchitecture
{
    private readonly int[] _hiddenWidths;

    /// <param name="hiddenWidths">Widths of the hidden layers; null for one of 512. Empty for a linear map from a random start.</param>
    /// <param name="activation">σ. GELU, as in today's text encoders.</param>
    /// <param name="outputDimensions">k; null for as many as the embeddings have.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is less than 1, or σ is none of the activations.</exception>
    public MlpArchitecture(IReadOnlyList<int>? hiddenWidths = null, AdapterActivation activation = AdapterActivation.Gelu, int? outputDimensions = null)
    {
        _hiddenWidths = [.. hiddenWidths ?? [512]];
        foreach (int width in _hiddenWidths)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(width, 1, nameof(hiddenWidths));
        }

        if (outputDimensions is int k)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(k, 1, nameof(outputDimensions));
        }

        (Activation, OutputDimensions) = (Activations.Checked(activation), outputDimensions);
    }

    /// <summary>Widths of the hidden layers.</summary>
    public IReadOnlyList<int> HiddenWidths => _hiddenWidths;

    /// <summary>σ.</summary>
    public AdapterActivation Activation { get; }

    /// <summary>k; null for as many as the embeddings have.</summary>
    public int? OutputDimensions { get; }

    /// <inheritdoc/>
    public override string Name => "mlp";

    internal override StackShape ShapeFor(int dimensions) => new([dimensions, .. _hiddenWidths, OutputDimensions ?? dimensions], hasBias: true, Activation, isResidual: false);

    internal override void Start(StackShape shape, Span<float> parameters, Random random)
    {
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            StartEvenly(shape.Weights<float>(parameters, layer), shape.Width(layer), random);
        }
    }
}
