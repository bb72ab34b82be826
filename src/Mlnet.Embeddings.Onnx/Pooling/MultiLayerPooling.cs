using Mlnet.Embeddings.Onnx.Export;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx;

/// <summary>Trained queries attend over the pooled vectors of all hidden layers (Tang and Yang 2024).</summary>
internal sealed class MultiLayerPooling(MultiLayerAttentionPooling pooling) : EncoderPooling
{
    public override string Name => pooling.Name;

    internal override PoolingWeights? Weights => new(pooling.Heads, pooling.ToSafetensors());

    internal override int StateLayers => pooling.Layers;

    internal override IReadOnlyList<EncoderOutput> OutputsOf(EncoderGraph graph, string location) =>
        graph.Layers.Count == pooling.Layers + 1 ? [.. graph.Layers.Skip(1)]
        : throw new InvalidDataException($"'{location}' gives {graph.Layers.Count} layers (hidden_states.N); the pooling '{Name}' is trained for {pooling.Layers} and what goes into the first. Export the graph with all hidden states, or train the pooling on this model.");

    internal override int OutputDimensions(int width) => width == pooling.Dimensions ? width
        : throw new InvalidDataException($"The pooling '{Name}' is trained for states of {pooling.Dimensions} values; the graph's have {width}.");

    internal override ReadOnlyMemory<float> StatesOf(Workspace workspace, int row) => LayersOf(workspace, row, pooling.Layers);

    internal override void Pool(Workspace workspace, int row, int width, ReadOnlySpan<bool> pooled, Span<float> destination)
    {
        ReadOnlyMemory<float>[] layers = workspace.Scratch.Layers.Length == pooling.Layers ? workspace.Scratch.Layers : workspace.Scratch.Layers = new ReadOnlyMemory<float>[pooling.Layers];
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = workspace.RowOf(i, row);
        }

        pooling.Pool(layers, default, pooled, destination);
    }

    internal override string Append(TokenMask mask, string[] outputs) => AttentionNodes.Append(mask.Graph, pooling, outputs.Select(o => mask.Pool(pooling.Pooling, o)));
}
