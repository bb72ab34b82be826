using System.Buffers;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Pooling;

/// <summary>
/// Pools the tokens' states of several hidden layers and averages or concatenates the vectors. The mean of the first and the last layer is the pick of
/// WhiteningBERT (Huang et al. 2021); see also Universal Text Representation from BERT (Ma et al. 2019).
/// </summary>
/// <remarks>Immutable and safe to share between threads.</remarks>
public sealed class LayerPooling
{
    private const int OnStack = 1024;

    private readonly TokenPooling _pooling;
    private readonly LayerCombination _combination;
    private readonly Index[] _layers;

    /// <summary>Chooses the layers.</summary>
    /// <param name="pooling">How each layer's tokens become a vector.</param>
    /// <param name="combination">What is made of the vectors.</param>
    /// <param name="layers">
    /// The layers: 0 is what goes into the first block where the model's list of hidden states begins with it, as in Transformers; <c>^1</c> is the last.
    /// </param>
    /// <exception cref="ArgumentException">No layer is given.</exception>
    public LayerPooling(TokenPooling pooling, LayerCombination combination, params ReadOnlySpan<Index> layers)
    {
        ArgumentNullException.ThrowIfNull(pooling);
        if (layers.IsEmpty)
        {
            throw new ArgumentException("Give at least one layer.", nameof(layers));
        }

        _pooling = pooling;
        _combination = combination;
        _layers = layers.ToArray();
        Name = $"{pooling.Name}-layers({string.Join(',', _layers)};{(combination == LayerCombination.Mean ? "mean" : "concat")})";
    }

    /// <summary>The name, as <see cref="VectorSpace.Pooling"/> has it.</summary>
    public string Name { get; }

    /// <summary>Values of the resulting vector for tokens of <paramref name="dimensions"/> values.</summary>
    public int OutputDimensions(int dimensions) =>
        checked(_pooling.OutputDimensions(dimensions) * (_combination == LayerCombination.Concatenate ? _layers.Length : 1));

    /// <summary>Pools one text.</summary>
    /// <param name="layers">The states of all layers, each T·d floats.</param>
    /// <param name="dimensions">Values a token, d.</param>
    /// <param name="attended">As for <see cref="TokenStates"/>.</param>
    /// <param name="pooled">As for <see cref="TokenStates"/>.</param>
    /// <param name="destination">The vector, <see cref="OutputDimensions"/> floats.</param>
    /// <exception cref="ArgumentException">A layer that was chosen is not there, or sizes disagree.</exception>
    public void Pool(ReadOnlySpan<ReadOnlyMemory<float>> layers, int dimensions, ReadOnlySpan<bool> attended, ReadOnlySpan<bool> pooled, Span<float> destination)
    {
        if (destination.Length != OutputDimensions(dimensions))
        {
            throw new ArgumentException($"Pooling '{Name}' of {dimensions} dimensions gives {OutputDimensions(dimensions)} floats; the destination has {destination.Length}.", nameof(destination));
        }

        int width = _pooling.OutputDimensions(dimensions);
        float[]? rented = width <= OnStack ? null : ArrayPool<float>.Shared.Rent(width);
        Span<float> scratch = rented is null ? stackalloc float[OnStack] : rented;
        scratch = scratch[..width];
        destination.Clear();
        for (int i = 0; i < _layers.Length; i++)
        {
            int layer = _layers[i].GetOffset(layers.Length);
            if ((uint)layer >= (uint)layers.Length)
            {
                throw new ArgumentException($"Pooling '{Name}' wants layer {_layers[i]} of {layers.Length}.", nameof(layers));
            }

            _pooling.Pool(new TokenStates(layers[layer].Span, dimensions, attended, pooled), scratch);
            Span<float> target = _combination == LayerCombination.Mean ? destination : destination.Slice(i * width, width);
            TensorPrimitives.Add(target, scratch, target);
        }

        if (_combination == LayerCombination.Mean)
        {
            TensorPrimitives.Divide(destination, _layers.Length, destination);
        }

        if (rented is not null)
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
