using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Pooling.Training;

namespace Mlnet.Embeddings.Pooling;

/// <summary>Trains a <see cref="LatentAttentionPooling"/> on the token states of a frozen encoder, with any loss for adapters (NV-Embed, Lee et al. 2024).</summary>
/// <remarks>
/// All that holds for <see cref="AdapterTrainer"/> holds here: options, seeds, checkpoints, early stopping. What a loss asks of the embeddings before training it gets of the states' mean,
/// which is also what duplicates are told by.
/// </remarks>
public sealed class LatentAttentionTrainer
{
    private readonly AdapterTrainerOptions _options;

    /// <param name="options">How it is trained, and in the place of an adapter's architecture a <see cref="LatentAttentionHead"/>; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range, the architecture is no such head, or rows are to be mixed or mined anew.</exception>
    public LatentAttentionTrainer(AdapterTrainerOptions? options = null)
    {
        _options = PoolingRun.Checked<LatentAttentionHead>(options ?? new() { Architecture = new LatentAttentionHead() });
        if (_options.Mixing is BatchMixing mixing)
        {
            throw new ArgumentException($"{nameof(AdapterTrainerOptions.Mixing)} is '{mixing.Name}', which mixes vectors; texts of different numbers of tokens cannot be mixed. Set it to null.", nameof(options));
        }

        if (_options.Remining is NegativeRemining remining)
        {
            throw new ArgumentException($"{nameof(AdapterTrainerOptions.Remining)} is '{remining.Name}', which searches among embeddings; token states are pooled a batch at a time. Set it to null, and give negatives that were mined before.", nameof(options));
        }
    }

    /// <summary>Trains a pooling.</summary>
    /// <param name="data">What to learn from.</param>
    /// <param name="validation">What early stopping goes by; null for a share of <paramref name="data"/>.</param>
    /// <param name="progress">Told every 20 steps and after each epoch.</param>
    /// <param name="cancellationToken">Ends the training between steps.</param>
    /// <returns>The pooling with the smallest validation loss; without validation the one after the last epoch.</returns>
    /// <exception cref="ArgumentException">The examples do not fit the loss; the message tells why.</exception>
    /// <exception cref="PoolingTrainingCanceledException{TPooling}">It was cancelled; the exception carries the last good pooling. (Cancelled while states are averaged it is a plain <see cref="OperationCanceledException"/>.)</exception>
    /// <exception cref="PoolingTrainingDivergedException{TPooling}">Losses or gradients are no longer finite; the exception carries the last good pooling.</exception>
    /// <exception cref="InvalidDataException">The checkpoint file is damaged, or of a training with other data or options.</exception>
    public PoolingTrainingResult<LatentAttentionPooling> Fit(TokenTrainingData data, TokenTrainingData? validation = null, IProgress<AdapterTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (validation is not null && validation.States.Dimensions != data.States.Dimensions)
        {
            throw new ArgumentException($"The validation states have {validation.States.Dimensions} values, the training states {data.States.Dimensions}; both must be of one model.", nameof(validation));
        }

        LatentAttentionHead head = (LatentAttentionHead)_options.Architecture!;
        AttentionLayout layout = head.LayoutFor(data.States.Dimensions);

        // Rows of validation data of their own follow those that are trained on.
        TokenStatesSource states = validation is null ? data.States : new JoinedStates(data.States, validation.States);
        PoolingPlan plan = new(head.Name, layout, head.Beginning == PoolingStart.Mean, start => new LatentAttentionNetwork<float>(layout, start, states, _options.Threads, cancellationToken));
        EmbeddingMatrix means = StatesMean.Of(states, cancellationToken);
        return PoolingRun.Fit(_options, plan, data.Table(means, 0), validation?.Table(means, data.States.Count), weights => new LatentAttentionPooling(layout.ToFile<float>(weights), head.Heads, ""), progress, cancellationToken);
    }
}
