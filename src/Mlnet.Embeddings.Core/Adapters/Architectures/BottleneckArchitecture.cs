using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>x + σ(xW₁)W₂ with W₁ of d×w and W₂ of w×d, W₂ zero at first ("Efficient Domain Adaptation of Sentence Embeddings Using Adapters", Schopf et al., 2023).</summary>
public sealed class BottleneckArchitecture : AdapterArchitecture
{
    /// <param name="width">w. 64, a sixth of 384 dimensions.</param>
    /// <param name="activation">σ. ReLU, as in the paper's adapters.</param>
    /// <exception cref="ArgumentOutOfRangeException">w is less than 1, or σ is none of the activations.</exception>
    public BottleneckArchitecture(int width = 64, AdapterActivation activation = AdapterActivation.Relu)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (Width, Activation) = (width, Activations.Checked(activation));
    }

    /// <summary>w.</summary>
    public int Width { get; }

    /// <summary>σ.</summary>
    public AdapterActivation Activation { get; }

    /// <inheritdoc/>
    public override string Name => "bottleneck";

    internal override StackShape ShapeFor(int dimensions) => new([dimensions, Width, dimensions], hasBias: false, Activation, isResidual: true);

    internal override void Start(StackShape shape, Span<float> parameters, Random random) => StartEvenly(shape.Weights<float>(parameters, 0), shape.InputDimensions, random);
}
