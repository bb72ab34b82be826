using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Pooling.Training;

namespace Mlnet.Embeddings.Pooling;

/// <summary>The form of a <see cref="MultiLayerAttentionPooling"/> that <see cref="MultiLayerAttentionTrainer"/> trains over the pooled vectors of all layers (Tang and Yang 2024).</summary>
public sealed class MultiLayerAttentionHead : AdapterArchitecture
{
    /// <param name="pooling">How each layer's tokens become a vector; null for <see cref="MeanPooling"/>, as the authors do it under bidirectional attention.</param>
    /// <param name="queries">r, trained queries whose results are averaged. 8: the authors have 768 for an encoder of 4096 values, and each costs a pass of the feed-forward layer.</param>
    /// <param name="heads">Heads. 8 (the authors have 32 for 4096 values).</param>
    /// <param name="headWidth">Values of a head; null for d / heads (the authors have d / 2 in each).</param>
    /// <param name="hidden">Gated values of the feed-forward layer; null for d, a quarter of the authors': with a frozen encoder there are few examples and it holds most of the weights.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public MultiLayerAttentionHead(TokenPooling? pooling = null, int queries = 8, int heads = 8, int? headWidth = null, int? hidden = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headWidth ?? 1, 1, nameof(headWidth));
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden ?? 1, 1, nameof(hidden));
        (Pooling, Queries, Heads, HeadWidth, Hidden) = (pooling ?? new MeanPooling(), queries, heads, headWidth, hidden);
    }

    /// <summary>How each layer's tokens become a vector.</summary>
    public TokenPooling Pooling { get; }

    /// <summary>r.</summary>
    public int Queries { get; }

    /// <summary>Heads.</summary>
    public int Heads { get; }

    /// <summary>Values of a head; null for d / heads.</summary>
    public int? HeadWidth { get; }

    /// <summary>Gated values of the feed-forward layer; null for d.</summary>
    public int? Hidden { get; }

    /// <inheritdoc/>
    public override string Name => "multi-layer-attention";

    internal override StackShape ShapeFor(int dimensions) => throw new ArgumentException($"'{Name}' pools the layers of an encoder and takes no embeddings; train it by a {nameof(MultiLayerAttentionTrainer)}.");

    internal override void Start(StackShape shape, Span<float> parameters, Random random) => throw new NotSupportedException($"'{Name}' is no stack of layers.");

    internal AttentionLayout LayoutFor(int dimensions, int layers) => new(new AttentionShape(dimensions, Queries, Heads, HeadWidth ?? Math.Max(1, dimensions / Heads), Hidden ?? dimensions, layers));
}
