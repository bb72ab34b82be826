using System.Numerics;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>The layer of <see cref="MultiLayerAttentionPooling"/> as a network: rows of L·d values in, the pooled vectors of L layers.</summary>
internal sealed class LayerAttentionNetwork<T>(AttentionLayout layout, T[] start, int threads) : AttentionNetwork<T>(layout, start)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerAttentionPass<T> _pass = new(layout, threads);

    public override void Forward(BatchRows<T> rows, Memory<T> outputs, int threads) => _pass.Forward(Parameters, rows.Values.Span, rows.Count, outputs.Span);

    public override void Backward(BatchRows<T> rows, ReadOnlyMemory<T> outputGradients, Span<T> parameterGradients, int threads) =>
        _pass.Backward(Parameters, rows.Values.Span, rows.Count, outputGradients.Span, parameterGradients);
}
