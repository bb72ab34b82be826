using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Pooling.Training;

namespace Mlnet.Embeddings.Pooling;

/// <summary>Trains a <see cref="MultiLayerAttentionPooling"/> on the pooled vectors of a frozen encoder's layers, with any loss for adapters (Tang and Yang 2024).</summary>
/// <remarks>
/// Training data are embeddings of L·d values: the vectors of a text's L layers, each pooled as the head says, one after the other; a model opened with <c>EncoderPooling.Layers</c> and
/// concatenation gives them where no module scales them. All that holds for <see cref="AdapterTrainer"/> holds here: options, seeds, checkpoints, early stopping.
/// </remarks>
public sealed class MultiLayerAttentionTrainer
{
    private readonly AdapterTrainerOptions _options;

    /// <param name="options">How it is trained, and in the place of an adapter's architecture a <see cref="MultiLayerAttentionHead"/>; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or the architecture is no such head.</exception>
    public MultiLayerAttentionTrainer(AdapterTrainerOptions? options = null) =>
        _options = PoolingRun.Checked<MultiLayerAttentionHead>(options ?? new() { Architecture = new MultiLayerAttentionHead() });

    /// <summary>Trains a pooling.</summary>
    /// <param name="data">What to learn from: embeddings of L·d values.</param>
    /// <param name="layers">L, the layers of the encoder.</param>
    /// <param name="validation">What early stopping goes by; null for a share of <paramref name="data"/>.</param>
    /// <param name="progress">Told every 20 steps and after each epoch.</param>
    /// <param name="cancellationToken">Ends the training between steps.</param>
    /// <returns>The pooling with the smallest validation loss; without validation the one after the last epoch.</returns>
    /// <exception cref="ArgumentException">The examples do not fit the loss, or are no vectors of so many layers; the message tells why.</exception>
    /// <exception cref="PoolingTrainingCanceledException{TPooling}">It was cancelled; the exception carries the last good pooling.</exception>
    /// <exception cref="PoolingTrainingDivergedException{TPooling}">Losses or gradients are no longer finite; the exception carries the last good pooling.</exception>
    /// <exception cref="InvalidDataException">The checkpoint file is damaged, or of a training with other data or options.</exception>
    public PoolingTrainingResult<MultiLayerAttentionPooling> Fit(AdapterTrainingData data, int layers, AdapterTrainingData? validation = null, IProgress<AdapterTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        MultiLayerAttentionHead head = (MultiLayerAttentionHead)_options.Architecture!;
        Adapters.Training.ExampleTable like = data.Table ?? data.Blocks!.First().Table!;
        if (like.AnchorDimensions % layers != 0 || like.CandidateDimensions != like.AnchorDimensions)
        {
            throw new ArgumentException($"The examples have {like.AnchorDimensions} and {like.CandidateDimensions} values; both sides want the same multiple of {layers}, one vector a layer.", nameof(data));
        }

        AttentionLayout layout = head.LayoutFor(like.AnchorDimensions / layers, layers);
        PoolingPlan plan = new(head.Name, layout, isResidual: false, start => new LayerAttentionNetwork<float>(layout, start, _options.Threads));
        return PoolingRun.Fit(_options, plan, data, validation, weights => new MultiLayerAttentionPooling(head.Pooling, layout.ToFile<float>(weights), head.Heads), progress, cancellationToken);
    }
}
