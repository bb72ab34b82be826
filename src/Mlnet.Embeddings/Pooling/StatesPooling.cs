using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings;

/// <summary>How a row's states become a vector: those of one layer by a mode, or those of several by attention over them.</summary>
internal abstract class StatesPooling
{
    /// <summary>States a token has.</summary>
    public abstract int Layers { get; }

    /// <summary>Values of the vector for states of so many.</summary>
    public abstract int OutputDimensions(int dimensions);

    /// <summary>Pools L·T·d states.</summary>
    public abstract void Pool(ReadOnlySpan<float> states, int dimensions, ReadOnlySpan<bool> mask, Span<float> vector);

    /// <summary>A pooling of tokens.</summary>
    internal sealed class OfTokens(TokenPooling pooling) : StatesPooling
    {
        public TokenPooling Pooling => pooling;

        public override int Layers => 1;

        public override int OutputDimensions(int dimensions) => pooling.OutputDimensions(dimensions);

        public override void Pool(ReadOnlySpan<float> states, int dimensions, ReadOnlySpan<bool> mask, Span<float> vector) =>
            pooling.Pool(new TokenStates(states, dimensions, default, mask), vector);
    }

    /// <summary>A pooling of layers.</summary>
    internal sealed class OfLayers(MultiLayerAttentionPooling pooling) : StatesPooling
    {
        public MultiLayerAttentionPooling Pooling => pooling;

        public override int Layers => pooling.Layers;

        public override int OutputDimensions(int dimensions) => dimensions == pooling.Dimensions ? dimensions
            : throw new ArgumentException($"The pooling '{pooling.Name}' is trained for states of {pooling.Dimensions} values; these have {dimensions}.", nameof(dimensions));

        public override void Pool(ReadOnlySpan<float> states, int dimensions, ReadOnlySpan<bool> mask, Span<float> vector) => pooling.Pool(states, default, mask, vector);
    }
}
