using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Trains adapters of frozen embeddings with AdamW (Loshchilov and Hutter, 2019), a warm-up and a cosine schedule, and early stopping.</summary>
/// <remarks>
/// The same data, options and seed give the same weights on the same kind of processor, with any number of threads, and whether or not the training was interrupted and taken up again.
/// Safe to share between threads; each fit is its own, but two at once need different checkpoint files.
/// </remarks>
public sealed class AdapterTrainer
{
    private readonly AdapterTrainerOptions _options;

    /// <param name="options">What is trained and how; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public AdapterTrainer(AdapterTrainerOptions? options = null)
    {
        _options = (options ?? new()).Clone();
        _options.Validate();
    }

    /// <summary>Trains an adapter.</summary>
    /// <param name="data">What to learn from.</param>
    /// <param name="validation">What early stopping goes by; null for a share of <paramref name="data"/>.</param>
    /// <param name="progress">Told every 20 steps and after each epoch.</param>
    /// <param name="cancellationToken">Ends the training between steps.</param>
    /// <returns>The adapter with the smallest validation loss; without validation the one after the last epoch.</returns>
    /// <exception cref="ArgumentException">The examples do not fit the loss or the architecture; the message tells why.</exception>
    /// <exception cref="AdapterTrainingCanceledException">It was cancelled; the exception carries the last good adapter. (Cancelled while examples are still being counted it is a plain <see cref="OperationCanceledException"/>.)</exception>
    /// <exception cref="AdapterTrainingDivergedException">Losses or gradients are no longer finite; the exception carries the last good adapter.</exception>
    /// <exception cref="InvalidDataException">The checkpoint file is damaged, or of a training with other data or options.</exception>
    public AdapterTrainingResult Fit(AdapterTrainingData data, AdapterTrainingData? validation = null, IProgress<AdapterTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        TrainingSetup setup = new(_options, data, validation, cancellationToken);
        TrainingCheckpoint? checkpoint = _options.CheckpointPath is string path ? new(path, setup.Settings) : null;
        TrainingRun run = new(setup.CreateModel(), setup.Training, setup.Validation, setup.Negatives, setup.Options, checkpoint, progress, setup.Noise);
        try
        {
            if (run.Train(cancellationToken) is (double loss, double norm))
            {
                throw new AdapterTrainingDivergedException(Result(setup, run), loss, norm);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was learnt is handed over even where the file cannot be written.
            AdapterTrainingResult result = Interrupted(setup, run);
            Exception? unsaved = run.TrySaveCheckpoint();
            throw new AdapterTrainingCanceledException(result, unsaved, cancellationToken);
        }

        checkpoint?.Delete();
        return Result(setup, run);
    }

    // Without validation the best weights are those of the last whole epoch; the latest ones are better.
    private static AdapterTrainingResult Interrupted(TrainingSetup setup, TrainingRun run)
    {
        if (setup.Validation is null)
        {
            run.Weights.Keep();
        }

        return Result(setup, run);
    }

    private static AdapterTrainingResult Result(TrainingSetup setup, TrainingRun run)
    {
        (TwoTowerAdapter towers, AdapterClassifier? classifier) = setup.Finish(run.Weights.Best);
        return new(towers, classifier, new([.. run.State.Curve]))
        {
            BestEpoch = run.State.BestEpoch,
            Steps = run.State.Step,
            TrainingExamples = setup.Training.Count,
            ValidationExamples = setup.Validation?.Count ?? 0,
            StoppedEarly = run.StoppedEarly,
        };
    }
}
