namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>The networks of a training before they are made: what they give, and what they start from.</summary>
internal abstract class NetworkPlan
{
    /// <summary>What a checkpoint of the training names.</summary>
    public abstract string Description { get; }

    /// <summary>Values of a row that comes out.</summary>
    public abstract int OutputDimensions { get; }

    /// <summary>How many numbers are trained.</summary>
    public abstract int Parameters { get; }

    /// <summary>Makes the networks of anchors and candidates, one and the same for one tower.</summary>
    /// <param name="seed">The seed of what they start from.</param>
    public abstract (AdapterNetwork<float> Query, AdapterNetwork<float> Passage) Start(int seed);
}
