using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Pooling;

/// <summary>
/// Multi-Layers Trainable Pooling (Tang and Yang 2024, Pooling and Attention): trained queries attend over the pooled vectors of all hidden layers.
/// </summary>
/// <remarks>
/// The layer, as the authors' <c>pooling_layers/MultiLayersTrainablePooling.py</c> (yixuantt/PoolingAndAttn) has it, for the pooled vectors p₁ … p_L of the
/// layers (d values each), a trained bias e_l a layer and trained queries Z (r×d; the paper's form with one query is r = 1):
/// <code>
/// q = W_q LN₂(z)           k_l, v_l = the halves of W_kv LN₁(p_l + e_l)           (no biases; split into heads)
/// u = z + W_o concat over heads of softmax over l (q_head k_lᵀ_head / √d_head) v_l_head
/// y = u + W₂ (a · gelu(g)) + b₂,   (a, g) = the halves of W₁ LN₃(u) + b₁          (GEGLU, exact gelu)
/// vector = mean of y over the r queries
/// </code>
/// LN is LayerNorm with weight, bias and ε = 1e-5. The authors bring the vector to length 1 after that, which is left to the caller. They pool each layer by its
/// mean under bidirectional attention and by its last token under causal attention, and leave the embedding layer (0) out. Immutable and safe to share between threads.
/// </remarks>
public sealed class MultiLayerAttentionPooling
{
    /// <summary>What a pooling's name ends with, after that of the mode that pools each layer.</summary>
    public const string NameEnding = "-multi_layer_attention";

    private readonly AttentionBlock _block;
    private readonly TokenPooling _pooling;
    private readonly float[] _biases;
    private readonly float[] _queries;

    /// <summary>Reads the layer's weights.</summary>
    /// <param name="pooling">How each layer's tokens become a vector of d values, such as <see cref="MeanPooling"/>.</param>
    /// <param name="file">
    /// A file with the tensors <c>latents</c> [r, d], <c>pos_emb.weight</c> [L, d] and those named in <see cref="LatentAttentionPooling(SafetensorsFile, int, string)"/>. The authors
    /// store a PyTorch state dictionary with these names; save it as safetensors first.
    /// </param>
    /// <param name="heads">The number of heads, which no tensor tells; 32 as the authors have it.</param>
    /// <param name="prefix">What stands before each name; nothing by default.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, has another shape or a value that is not finite, or the heads do not divide its rows; the message names it.</exception>
    public MultiLayerAttentionPooling(TokenPooling pooling, SafetensorsFile file, int heads = 32, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(pooling);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);
        AttentionTensors tensors = new(file, prefix);
        _block = new AttentionBlock(tensors, heads);
        _pooling = pooling;
        Layers = tensors.ShapeOf("pos_emb.weight").Rows;
        _biases = tensors.Read("pos_emb.weight", Layers, Dimensions);
        _queries = _block.Query.ApplyAll(_block.Normalized(_block.ContextNorm, _block.Latents));
        if (pooling.OutputDimensions(Dimensions) != Dimensions)
        {
            throw new ArgumentException($"Pooling '{pooling.Name}' makes {pooling.OutputDimensions(Dimensions)} values of {Dimensions}; the layer wants as many as it gets.", nameof(pooling));
        }
    }

    /// <summary>The name, as <see cref="VectorSpace.Pooling"/> has it.</summary>
    public string Name => _pooling.Name + NameEnding;

    /// <summary>Values of a token's state and of the vector, d.</summary>
    public int Dimensions => _block.Dimensions;

    /// <summary>The number of hidden layers that are attended over, L.</summary>
    public int Layers { get; }

    /// <summary>The number of heads.</summary>
    public int Heads => _block.Heads;

    /// <summary>How each layer's tokens become a vector.</summary>
    public TokenPooling Pooling => _pooling;

    internal AttentionBlock Block => _block;

    /// <summary>The bias of each layer, row after row.</summary>
    internal ReadOnlySpan<float> Biases => _biases;

    /// <summary>The trained queries behind their norm and W_q, row after row.</summary>
    internal ReadOnlySpan<float> Queries => _queries;

    /// <summary>The layer's weights as a safetensors file of float32, under the names of the authors' own; the constructor reads it back.</summary>
    public byte[] ToSafetensors()
    {
        SafetensorsWriter writer = new();
        _block.Write(writer, "");
        writer.Add("pos_emb.weight", _biases, Layers, Dimensions);
        return writer.ToArray();
    }

    /// <summary>Pools one text.</summary>
    /// <param name="layers">The states of the L layers, each T·d floats, from the first block's output to the last one's.</param>
    /// <param name="attended">As for <see cref="TokenStates"/>.</param>
    /// <param name="pooled">As for <see cref="TokenStates"/>.</param>
    /// <param name="destination">The vector, d floats.</param>
    /// <exception cref="ArgumentException">There are more or fewer layers than biases, or sizes disagree.</exception>
    public void Pool(ReadOnlySpan<ReadOnlyMemory<float>> layers, ReadOnlySpan<bool> attended, ReadOnlySpan<bool> pooled, Span<float> destination)
    {
        if (layers.Length != Layers || destination.Length != Dimensions)
        {
            throw new ArgumentException($"Pooling '{Name}' wants {Layers} layers and {Dimensions} floats of destination; there are {layers.Length} and {destination.Length}.", nameof(layers));
        }

        int d = Dimensions;
        float[] rented = ArrayPool<float>.Shared.Rent(ScratchLength);
        for (int layer = 0; layer < Layers; layer++)
        {
            AddLayer(layer, new TokenStates(layers[layer].Span, d, attended, pooled), rented);
        }

        Finish(rented, destination);
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Pools one text.</summary>
    /// <param name="states">The states of the L layers, L·T·d floats, layer after layer.</param>
    /// <param name="attended">As for <see cref="TokenStates"/>.</param>
    /// <param name="pooled">As for <see cref="TokenStates"/>.</param>
    /// <param name="destination">The vector, d floats.</param>
    /// <exception cref="ArgumentException">The states are no whole number of tokens in L layers, or sizes disagree.</exception>
    public void Pool(ReadOnlySpan<float> states, ReadOnlySpan<bool> attended, ReadOnlySpan<bool> pooled, Span<float> destination)
    {
        if (states.Length % (Layers * Dimensions) != 0 || destination.Length != Dimensions)
        {
            throw new ArgumentException($"Pooling '{Name}' wants a multiple of {Layers}·{Dimensions} floats and {Dimensions} of destination; there are {states.Length} and {destination.Length}.", nameof(states));
        }

        float[] rented = ArrayPool<float>.Shared.Rent(ScratchLength);
        int length = states.Length / Layers;
        for (int layer = 0; layer < Layers; layer++)
        {
            AddLayer(layer, new TokenStates(states.Slice(layer * length, length), Dimensions, attended, pooled), rented);
        }

        Finish(rented, destination);
        ArrayPool<float>.Shared.Return(rented);
    }

    // A vector, the same behind its norm, the keys of all layers, their values.
    private int ScratchLength => (2 * Dimensions) + (2 * Layers * _block.Query.Outputs);

    private void AddLayer(int layer, scoped in TokenStates states, Span<float> scratch)
    {
        int d = Dimensions, inner = _block.Query.Outputs;
        Span<float> vector = scratch[..d], normalized = scratch.Slice(d, d), keys = scratch.Slice((2 * d) + (layer * inner), inner), values = scratch.Slice((2 * d) + ((Layers + layer) * inner), inner);
        _pooling.Pool(in states, vector);
        TensorPrimitives.Add(vector, _biases.AsSpan(layer * d, d), vector);
        _block.Norm.Apply(vector, normalized);
        _block.Key.Apply(normalized, keys);
        _block.Value.Apply(normalized, values);
    }

    private void Finish(ReadOnlySpan<float> scratch, Span<float> destination)
    {
        int d = Dimensions, inner = _block.Query.Outputs;
        ReadOnlySpan<float> keys = scratch.Slice(2 * d, Layers * inner), values = scratch.Slice((2 * d) + (Layers * inner), Layers * inner);
        destination.Clear();
        for (int latent = 0; latent < _block.LatentCount; latent++)
        {
            _block.AddTo(_block.Latents.AsSpan(latent * d, d), _queries.AsSpan(latent * inner, inner), keys, values, destination);
        }

        TensorPrimitives.Divide(destination, _block.LatentCount, destination);
    }
}
