using System.Numerics;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>An attention block as a network in training.</summary>
internal abstract class AttentionNetwork<T> : AdapterNetwork<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected AttentionNetwork(AttentionLayout layout, T[] start)
        : base(start)
    {
        Layout = layout;
        Ranges = [.. layout.Tensors.Select(t => new ParameterRange(t.Name, t.Values.Start.Value, t.Shape.Length == 1 ? 1 : t.Shape[0], t.Shape[^1], t.Decays))];
    }

    public sealed override IReadOnlyList<ParameterRange> Ranges { get; }

    public sealed override int OutputDimensions => Layout.Shape.Dimensions;

    protected AttentionLayout Layout { get; }
}
