using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx;

/// <summary>The tokens of one text and the states that the graph gives for them.</summary>
public sealed class EncodedText : TokenizedText
{
    private readonly float[] _states;

    internal EncodedText(TokenizedText tokens, float[] states, int dimensions)
        : base(tokens)
    {
        _states = states;
        Dimensions = dimensions;
    }

    /// <summary>Values a state, d.</summary>
    public int Dimensions { get; }

    /// <summary>T·d values, token after token, without pads.</summary>
    public ReadOnlyMemory<float> States => _states;

    /// <summary>The states with their pooling mask, for any <see cref="TokenPooling"/>.</summary>
    public TokenStates ToTokenStates() => new(_states, Dimensions, default, (bool[])IsPooled);
}
