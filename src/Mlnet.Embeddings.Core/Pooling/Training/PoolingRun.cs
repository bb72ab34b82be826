using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>A training of a pooling: the trainer of adapters over other networks, and the pooling made of their weights.</summary>
internal static class PoolingRun
{
    /// <exception cref="ArgumentException">An option is out of its range, or says what a pooling does not do.</exception>
    public static AdapterTrainerOptions Checked<THead>(AdapterTrainerOptions options)
        where THead : AdapterArchitecture
    {
        AdapterTrainerOptions copy = options.Clone();
        copy.Validate();

        // A network of token states reads more than the rows that noise would be added to; its usual rate is Adam's own.
        copy.InputNoise ??= 0;
        copy.LearningRate ??= 0.001;
        return copy.Architecture is not THead
            ? throw new ArgumentException($"{nameof(options.Architecture)} is '{copy.Architecture?.Name ?? "the usual"}'; give a {typeof(THead).Name}.", nameof(options))
            : copy.InputNoise > 0 ? throw new ArgumentException($"{nameof(options.InputNoise)} is {copy.InputNoise}; poolings are trained on token states as they are.", nameof(options))
            : copy.NormalizeOutput ? throw new ArgumentException($"{nameof(options.NormalizeOutput)} is on; a pooling gives vectors as they are, and what follows it scales them.", nameof(options))
            : copy;
    }

    public static PoolingTrainingResult<TPooling> Fit<TPooling>(
        AdapterTrainerOptions options, NetworkPlan plan, AdapterTrainingData data, AdapterTrainingData? validation, Func<float[], TPooling> finish, IProgress<AdapterTrainingProgress>? progress, CancellationToken cancellationToken)
        where TPooling : class
    {
        TrainingSetup setup = new(options, data, validation, cancellationToken, plan);
        TrainingCheckpoint? checkpoint = options.CheckpointPath is string path ? new(path, setup.Settings) : null;
        TrainingRun run = new(setup.CreateModel(), setup.Training, setup.Validation, setup.Negatives, options, checkpoint, progress);
        try
        {
            if (run.Train(cancellationToken) is (double loss, double norm))
            {
                throw new PoolingTrainingDivergedException<TPooling>(Result(), loss, norm);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was learnt is handed over even where the file cannot be written.
            PoolingTrainingResult<TPooling> result = Interrupted();
            Exception? unsaved = run.TrySaveCheckpoint();
            throw new PoolingTrainingCanceledException<TPooling>(result, unsaved, cancellationToken);
        }

        checkpoint?.Delete();
        return Result();

        // Without validation the best weights are those of the last whole epoch; the latest ones are better.
        PoolingTrainingResult<TPooling> Interrupted()
        {
            if (setup.Validation is null)
            {
                run.Weights.Keep();
            }

            return Result();
        }

        PoolingTrainingResult<TPooling> Result() => new(finish(run.Weights.Best[0]), new([.. run.State.Curve]))
        {
            BestEpoch = run.State.BestEpoch,
            Steps = run.State.Step,
            TrainingExamples = setup.Training.Count,
            ValidationExamples = setup.Validation?.Count ?? 0,
            StoppedEarly = run.StoppedEarly,
        };
    }
}
