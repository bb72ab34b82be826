using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Pooling;

/// <summary>
/// The latent attention layer of NV-Embed (Lee et al. 2024): each token's state attends to r trained latents, and the mean is taken of what comes out.
/// </summary>
/// <remarks>
/// The layer, exactly as nvidia/NV-Embed-v2's <c>modeling_nvembed.py</c> has it, for a state h of d values and latents Z (r×d):
/// <code>
/// q = W_q LN₁(h)           K, V = the halves of W_kv LN₂(z), z each row of Z      (no biases; split into heads)
/// u = h + W_o concat over heads of softmax(q_head K_headᵀ / √d_head) V_head
/// y = u + W₂ (a · gelu(g)) + b₂,   (a, g) = the halves of W₁ LN₃(u) + b₁          (GEGLU, exact gelu)
/// vector = mean of y over the tokens that take part
/// </code>
/// LN is LayerNorm with weight, bias and ε = 1e-5. The model brings the vector to length 1 after that, which is left to the caller. Immutable and safe to
/// share between threads; keys and values of the latents are computed once.
/// </remarks>
public sealed class LatentAttentionPooling : TokenPooling
{
    /// <summary>The name of the mode.</summary>
    public const string ModeName = "latent_attention";

    private const string DefaultPrefix = "latent_attention_model.";

    private readonly AttentionBlock _block;
    private readonly float[] _keys;
    private readonly float[] _values;

    /// <summary>Reads the layer's weights.</summary>
    /// <param name="file">
    /// A file with the tensors <c>latents</c> [r, d], <c>cross_attend_blocks.0.norm</c>, <c>.0.norm_context</c>, <c>.0.fn.to_q</c> [n, d], <c>.0.fn.to_kv</c>
    /// [2n, d], <c>.0.fn.to_out</c> [d, n], <c>.1.norm</c>, <c>.1.fn.net.0</c> [2m, d] and <c>.1.fn.net.2</c> [d, m], as the model's own file has them.
    /// </param>
    /// <param name="heads">The number of heads, which no tensor tells: <c>num_cross_heads</c> of the model's config.json, 8 in NV-Embed.</param>
    /// <param name="prefix">What stands before each name; that of NV-Embed's file by default.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, has another shape or a value that is not finite, or the heads do not divide its rows; the message names it.</exception>
    public LatentAttentionPooling(SafetensorsFile file, int heads = 8, string prefix = DefaultPrefix)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);
        _block = new AttentionBlock(new AttentionTensors(file, prefix), heads);
        float[] latents = _block.Normalized(_block.ContextNorm, _block.Latents);
        _keys = _block.Key.ApplyAll(latents);
        _values = _block.Value.ApplyAll(latents);
    }

    /// <inheritdoc/>
    public override string Name => ModeName;

    /// <summary>The number of heads.</summary>
    public int Heads => _block.Heads;

    /// <summary>Values of a token's state, d.</summary>
    public int Dimensions => _block.Dimensions;

    internal AttentionBlock Block => _block;

    /// <summary>The keys of the latents, row after row.</summary>
    internal ReadOnlySpan<float> Keys => _keys;

    /// <summary>Their values.</summary>
    internal ReadOnlySpan<float> Values => _values;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The weights are for states of another width.</exception>
    public override int OutputDimensions(int dimensions) => dimensions == Dimensions ? dimensions
        : throw new ArgumentException($"The pooling layer's weights are for states of {Dimensions} values; these have {dimensions}.", nameof(dimensions));

    /// <summary>The layer's weights as a safetensors file of float32, under the names of NV-Embed's own; the constructor reads it back.</summary>
    public byte[] ToSafetensors()
    {
        SafetensorsWriter writer = new();
        _block.Write(writer, DefaultPrefix);
        return writer.ToArray();
    }

    private protected override void PoolTokens(scoped in TokenStates states, Span<float> destination)
    {
        int inner = _block.Query.Outputs, d = Dimensions, count = 0;
        float[] rented = ArrayPool<float>.Shared.Rent(d + inner);
        Span<float> normalized = rented.AsSpan(0, d), query = rented.AsSpan(d, inner);
        destination.Clear();
        for (int token = 0; token < states.Count; token++)
        {
            if (states.IsPooled(token))
            {
                _block.Norm.Apply(states[token], normalized);
                _block.Query.Apply(normalized, query);
                _block.AddTo(states[token], query, _keys, _values, destination);
                count++;
            }
        }

        if (count > 0)
        {
            TensorPrimitives.Divide(destination, count, destination);
        }

        ArrayPool<float>.Shared.Return(rented);
    }
}
