using Mlnet.Embeddings.Onnx.Export;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx;

/// <summary>How one vector is made of what an encoder's graph gives for a text: the last layer's states, several layers', or attention too.</summary>
/// <remarks>Immutable and safe to share between threads.</remarks>
public abstract class EncoderPooling
{
    private protected EncoderPooling()
    {
    }

    /// <summary>The name, as <see cref="VectorSpace.Pooling"/> has it; <see cref="Parse"/> reads it back.</summary>
    public abstract string Name { get; }

    /// <summary>Pools the last layer's states.</summary>
    public static EncoderPooling States(TokenPooling pooling)
    {
        ArgumentNullException.ThrowIfNull(pooling);
        return new StatesPooling(pooling);
    }

    /// <summary>Pools several layers' states and averages or concatenates the vectors, see <see cref="LayerPooling"/>. The graph must give <c>hidden_states.N</c>.</summary>
    /// <param name="pooling">How each layer's tokens become a vector.</param>
    /// <param name="combination">What is made of the vectors.</param>
    /// <param name="layers">The layers: 0 is what goes into the first block, <c>^1</c> the last layer.</param>
    /// <exception cref="ArgumentException">No layer is given.</exception>
    public static EncoderPooling Layers(TokenPooling pooling, LayerCombination combination, params ReadOnlySpan<Index> layers) => new LayersPooling(pooling, combination, layers);

    /// <summary>
    /// Averages the last layer's states, each token weighted by how much it attends to itself, see <see cref="DiagonalAttentionPooling"/>; the weights
    /// of several heads are added up. The graph must give <c>attentions.N</c>.
    /// </summary>
    /// <param name="heads">At least one head.</param>
    /// <exception cref="ArgumentException">There is no head, or one has a negative number.</exception>
    public static EncoderPooling DiagonalAttention(params ReadOnlySpan<AttentionHead> heads) => new SelfAttentionPooling(heads);

    /// <summary>Lets trained queries attend over the pooled vectors of all hidden layers but the one that goes into the first. The graph must give <c>hidden_states.N</c>.</summary>
    public static EncoderPooling MultiLayerAttention(MultiLayerAttentionPooling pooling)
    {
        ArgumentNullException.ThrowIfNull(pooling);
        return new MultiLayerPooling(pooling);
    }

    /// <summary>Reads a <see cref="Name"/>; those of poolings with trained weights are none that can be read without them.</summary>
    /// <param name="name">Such as <c>mean</c>, <c>cls+max</c>, <c>mean-layers(1,^1;mean)</c> or <c>diagonal-attention(0.9,^1.2)</c> (layer.head).</param>
    /// <exception cref="ArgumentException">It is no such name.</exception>
    public static EncoderPooling Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return PoolingName.Parse(name);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Its trained weights; null where it has none.</summary>
    internal virtual PoolingWeights? Weights => null;

    /// <summary>How many states a token has, one a layer.</summary>
    internal virtual int StateLayers => 1;

    /// <summary>The outputs that it reads.</summary>
    /// <exception cref="InvalidDataException">The graph lacks one.</exception>
    internal abstract IReadOnlyList<EncoderOutput> OutputsOf(EncoderGraph graph, string location);

    /// <summary>What cannot be known before the graph was run.</summary>
    /// <exception cref="InvalidDataException">The graph's outputs are too small for what is chosen.</exception>
    internal virtual void Check(EncoderGraph measured, string location)
    {
    }

    internal abstract int OutputDimensions(int width);

    /// <summary>The states of a row's tokens, without pads; layer after layer where a token has several.</summary>
    internal abstract ReadOnlyMemory<float> StatesOf(Workspace workspace, int row);

    /// <summary>Pools a row of the last run.</summary>
    /// <param name="workspace">Where it was run.</param>
    /// <param name="row">The row of the batch.</param>
    /// <param name="width">Values a state.</param>
    /// <param name="pooled">Which tokens take part; empty where all do.</param>
    /// <param name="destination">The vector.</param>
    internal abstract void Pool(Workspace workspace, int row, int width, ReadOnlySpan<bool> pooled, Span<float> destination);

    /// <summary>Appends the same to a graph.</summary>
    /// <param name="mask">The graph, with the tokens that take part.</param>
    /// <param name="outputs">The names of what <see cref="OutputsOf"/> named, as 32-bit floats.</param>
    /// <returns>The name of rows × values.</returns>
    /// <exception cref="NotSupportedException">It has no form as a graph.</exception>
    internal virtual string Append(TokenMask mask, string[] outputs) => throw new NotSupportedException($"The pooling '{Name}' cannot be exported.");

    /// <summary>The states of a row in all layers that are read, layer after layer.</summary>
    private protected static ReadOnlyMemory<float> LayersOf(Workspace workspace, int row, int layers)
    {
        int length = workspace.RowOf(0, row).Length;
        Memory<float> states = workspace.Scratch.Memory(Scratch.Place.States, layers * length);
        for (int layer = 0; layer < layers; layer++)
        {
            workspace.RowOf(layer, row).CopyTo(states[(layer * length)..]);
        }

        return states;
    }

    // A run gives an output once.
    private protected IReadOnlyList<EncoderOutput> Different(EncoderOutput[] outputs, string location) =>
        outputs.GroupBy(o => o.Name).FirstOrDefault(g => g.Count() > 1) is not { } twice ? outputs
        : throw new InvalidDataException($"The pooling '{Name}' names '{twice.Key}' of '{location}' twice; name each layer once.");

    private protected static EncoderOutput Missing(string location, string output, string why) =>
        throw new InvalidDataException($"'{location}' gives no {output}, which {why} needs. Export the graph with it.");
}
