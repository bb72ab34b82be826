using Mlnet.Embeddings.Onnx.Export;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx;

/// <summary>Pools the last layer's states.</summary>
internal sealed class StatesPooling(TokenPooling pooling) : EncoderPooling
{
    public override string Name => pooling.Name;

    public TokenPooling Pooling => pooling;

    internal override PoolingWeights? Weights => PoolingWeights.Of(pooling);

    internal override IReadOnlyList<EncoderOutput> OutputsOf(EncoderGraph graph, string location) =>
        [graph.States ?? Missing(location, "token states (last_hidden_state)", $"the pooling '{Name}'")];

    internal override int OutputDimensions(int width) => pooling.OutputDimensions(width);

    internal override ReadOnlyMemory<float> StatesOf(Workspace workspace, int row) => workspace.RowOf(0, row);

    internal override void Pool(Workspace workspace, int row, int width, ReadOnlySpan<bool> pooled, Span<float> destination) =>
        pooling.Pool(new TokenStates(StatesOf(workspace, row).Span, width, default, pooled), destination);

    internal override string Append(TokenMask mask, string[] outputs) => mask.Pool(pooling, outputs[0]);
}
