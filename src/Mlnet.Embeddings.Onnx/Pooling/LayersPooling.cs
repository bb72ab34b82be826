using Mlnet.Embeddings.Onnx.Export;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx;

/// <summary>Pools several layers' states (WhiteningBERT, Huang et al. 2021).</summary>
internal sealed class LayersPooling : EncoderPooling
{
    private readonly LayerPooling _pooling;
    private readonly LayerPooling _overRead;
    private readonly Index[] _layers;
    private readonly TokenPooling _tokens;
    private readonly LayerCombination _combination;

    public LayersPooling(TokenPooling pooling, LayerCombination combination, ReadOnlySpan<Index> layers)
    {
        _layers = layers.ToArray();
        _tokens = pooling;
        _combination = combination;
        _pooling = new LayerPooling(pooling, combination, layers);

        // Only the chosen layers are read, in their order.
        _overRead = new LayerPooling(pooling, combination, [.. Enumerable.Range(0, _layers.Length).Select(i => new Index(i))]);
    }

    public override string Name => _pooling.Name;

    internal override IReadOnlyList<EncoderOutput> OutputsOf(EncoderGraph graph, string location) => Different([.. _layers.Select(l => LayerOf(l, graph, location))], location);

    internal override int OutputDimensions(int width) => _pooling.OutputDimensions(width);

    internal override int StateLayers => _layers.Length;

    internal override ReadOnlyMemory<float> StatesOf(Workspace workspace, int row) => LayersOf(workspace, row, _layers.Length);

    internal override void Pool(Workspace workspace, int row, int width, ReadOnlySpan<bool> pooled, Span<float> destination)
    {
        ReadOnlyMemory<float>[] layers = workspace.Scratch.Layers.Length == _layers.Length ? workspace.Scratch.Layers : workspace.Scratch.Layers = new ReadOnlyMemory<float>[_layers.Length];
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = workspace.RowOf(i, row);
        }

        _overRead.Pool(layers, width, default, pooled, destination);
    }

    internal override string Append(TokenMask mask, string[] outputs)
    {
        string[] vectors = [.. outputs.Select(o => mask.Pool(_tokens, o))];
        return _combination == LayerCombination.Concatenate ? mask.Concatenate(vectors)
            : mask.Graph.Of("Div", mask.Graph.Of("Sum", vectors), mask.Graph.Number(vectors.Length));
    }

    private EncoderOutput LayerOf(Index layer, EncoderGraph graph, string location)
    {
        int number = layer.GetOffset(graph.Layers.Count);
        return (uint)number < (uint)graph.Layers.Count ? graph.Layers[number]
            : Missing(location, graph.Layers.Count == 0 ? "hidden states (hidden_states.N)" : $"layer {layer} among its {graph.Layers.Count} hidden states", $"the pooling '{Name}'");
    }
}
