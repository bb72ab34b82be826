using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Pooling.Training;

namespace Mlnet.Embeddings.Pooling;

/// <summary>The form of a <see cref="LatentAttentionPooling"/> that <see cref="LatentAttentionTrainer"/> trains over token states (NV-Embed, Lee et al. 2024).</summary>
public sealed class LatentAttentionHead : AdapterArchitecture
{
    /// <param name="latents">r, trained vectors that tokens attend to. 64: NV-Embed has 512 for states of 4096 values, which are more than small encoders and a few thousand texts fill.</param>
    /// <param name="heads">Heads. 8, as NV-Embed.</param>
    /// <param name="headWidth">Values of a head; null for d / heads, so that attention has as many values as a state (NV-Embed has d in each).</param>
    /// <param name="hidden">Gated values of the feed-forward layer; null for d, a quarter of NV-Embed's: with a frozen encoder there are few examples and it holds most of the weights.</param>
    /// <param name="start">What training starts from. The mean, so that a training that learns nothing leaves the encoder's usual vector.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1, or there is no such start.</exception>
    public LatentAttentionHead(int latents = 64, int heads = 8, int? headWidth = null, int? hidden = null, PoolingStart start = PoolingStart.Mean)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latents, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(headWidth ?? 1, 1, nameof(headWidth));
        ArgumentOutOfRangeException.ThrowIfLessThan(hidden ?? 1, 1, nameof(hidden));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)start, (int)PoolingStart.Random, nameof(start));
        ArgumentOutOfRangeException.ThrowIfNegative((int)start, nameof(start));
        (Latents, Heads, HeadWidth, Hidden, Beginning) = (latents, heads, headWidth, hidden, start);
    }

    /// <summary>r.</summary>
    public int Latents { get; }

    /// <summary>Heads.</summary>
    public int Heads { get; }

    /// <summary>Values of a head; null for d / heads.</summary>
    public int? HeadWidth { get; }

    /// <summary>Gated values of the feed-forward layer; null for d.</summary>
    public int? Hidden { get; }

    /// <summary>What training starts from.</summary>
    public PoolingStart Beginning { get; }

    /// <inheritdoc/>
    public override string Name => "latent-attention";

    internal override StackShape ShapeFor(int dimensions) => throw new ArgumentException($"'{Name}' pools token states and takes no embeddings; train it by a {nameof(LatentAttentionTrainer)}.");

    internal override void Start(StackShape shape, Span<float> parameters, Random random) => throw new NotSupportedException($"'{Name}' is no stack of layers.");

    internal AttentionLayout LayoutFor(int dimensions) => new(new AttentionShape(dimensions, Latents, Heads, HeadWidth ?? Math.Max(1, dimensions / Heads), Hidden ?? dimensions));
}
