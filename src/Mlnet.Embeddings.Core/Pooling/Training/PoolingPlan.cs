using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>The network of a pooling, one for both sides.</summary>
/// <param name="name">What a checkpoint calls it.</param>
/// <param name="layout">The block.</param>
/// <param name="isResidual">Whether it starts from the mean.</param>
/// <param name="create">Makes the network of its start.</param>
internal sealed class PoolingPlan(string name, AttentionLayout layout, bool isResidual, Func<float[], AdapterNetwork<float>> create) : NetworkPlan
{
    public override string Description => $"{name} {layout.Shape} {(isResidual ? "mean" : "random")}";

    public override int OutputDimensions => layout.Shape.Dimensions;

    public override int Parameters => layout.Length;

    public override (AdapterNetwork<float> Query, AdapterNetwork<float> Passage) Start(int seed)
    {
        float[] start = new float[layout.Length];
        AttentionStart.Fill<float>(layout, start, seed, isResidual);
        AdapterNetwork<float> network = create(start);
        return (network, network);
    }
}
