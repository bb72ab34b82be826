using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx;

/// <summary>The tokens of one text and the states that the graph gives for them.</summary>
public sealed class EncodedText : TokenizedText
{
    private readonly float[] _states;

    internal EncodedText(TokenizedText tokens, float[] states, int dimensions, int layers)
        : base(tokens)
    {
        _states = states;
        Dimensions = dimensions;
        Layers = layers;
    }

    /// <summary>How many states a token has: 1, or as many as the model's pooling reads layers.</summary>
    public int Layers { get; }

    /// <summary>Values a state, d.</summary>
    public int Dimensions { get; }

    /// <summary>T·d values, token after token, without pads; L·T·d where a token has several states, layer after layer.</summary>
    public ReadOnlyMemory<float> States => _states;

    /// <summary>The states of a layer with their pooling mask, for any <see cref="TokenPooling"/>.</summary>
    /// <param name="layer">Its place among those that the model's pooling reads.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public TokenStates ToTokenStates(int layer = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)layer, (uint)Layers, nameof(layer));
        int length = _states.Length / Layers;
        return new(_states.AsSpan(layer * length, length), Dimensions, default, (bool[])IsPooled);
    }
}
