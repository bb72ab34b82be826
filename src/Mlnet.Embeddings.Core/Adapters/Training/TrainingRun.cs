using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>One training: epochs of steps, a look at the held-out examples after each, and checkpoints.</summary>
internal sealed class TrainingRun
{
    private const int ReportEvery = 20;

    private readonly TowerModel<float> _model;
    private readonly ExampleFeed _feed;
    private readonly ExampleFeed? _validation;
    private readonly RefreshedNegatives? _negatives;
    private readonly AdapterTrainerOptions _options;
    private readonly RowNoise? _noise;
    private readonly TrainingCheckpoint? _checkpoint;
    private readonly IProgress<AdapterTrainingProgress>? _progress;
    private readonly AdamW<float>[] _optimizers;
    private readonly TrainingBatch<float> _batch = new();
    private double _lossSince;
    private int _examplesSince;
    private double _loss;
    private double _norm;

    /// <param name="model">What is trained.</param>
    /// <param name="feed">The examples.</param>
    /// <param name="validation">The examples held out; null for none.</param>
    /// <param name="negatives">Mines negatives anew; null where they are given or none.</param>
    /// <param name="options">How.</param>
    /// <param name="checkpoint">Where the state is kept; null for nowhere.</param>
    /// <param name="progress">Told every 20 steps and after each epoch.</param>
    /// <param name="noise">What disturbs the rows that are trained on; null for nothing.</param>
    public TrainingRun(TowerModel<float> model, ExampleFeed feed, ExampleFeed? validation, RefreshedNegatives? negatives, AdapterTrainerOptions options, TrainingCheckpoint? checkpoint, IProgress<AdapterTrainingProgress>? progress, RowNoise? noise = null)
    {
        (_model, _feed, _validation, _negatives, _options, _checkpoint, _progress, _noise) = (model, feed, validation, negatives, options, checkpoint, progress, noise);
        State.Mined = negatives?.Mined;
        AdamWSettings settings = new(options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay);
        _optimizers = [.. model.Networks.Select(n => new AdamW<float>(n.Ranges, n.Parameters.Length, settings))];
        Weights = new(
            [.. model.Networks.Select(n => n.Parameters)], [.. model.Networks.Select(n => (float[])n.Parameters.Clone())], [.. _optimizers.Select(o => o.First)], [.. _optimizers.Select(o => o.Second)]);
    }

    /// <summary>Where it stands.</summary>
    public TrainingState State { get; } = new();

    /// <summary>The weights; <see cref="TrainingWeights.Best"/> are to be taken in the end.</summary>
    public TrainingWeights Weights { get; }

    /// <summary>Whether the validation loss no longer fell.</summary>
    public bool StoppedEarly => _validation is not null && State.Epoch - State.BestEpoch >= _options.Patience && State.Epoch < _options.Epochs;

    private long Steps => (long)_feed.Batches * _options.Epochs;

    /// <summary>Trains until the last epoch, or until the validation loss no longer falls.</summary>
    /// <returns>Null, or the loss and gradient length that were out of range.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled; state and best weights are those before.</exception>
    public (double Loss, double Norm)? Train(CancellationToken cancellationToken)
    {
        _checkpoint?.CheckFolder();
        if (_checkpoint is null || !_checkpoint.TryLoad(State, Weights))
        {
            Begin(cancellationToken);
        }
        else
        {
            _negatives?.Restore(State.Mined);
        }

        while (State.Epoch < _options.Epochs && !StoppedEarly)
        {
            foreach (BatchSlice slice in _feed.Epoch(State.Epoch, State.Batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Step(slice, cancellationToken) is (double, double) bad)
                {
                    return bad;
                }
            }

            CheckBatches();
            if (_validation is null && !Weights.AreFinite)
            {
                return (_loss, _norm);
            }

            EndEpoch(cancellationToken);
        }

        return null;
    }

    /// <summary>Writes the state now, between two steps, where it is kept at all.</summary>
    /// <returns>Null, or why it could not be written.</returns>
    public Exception? TrySaveCheckpoint()
    {
        try
        {
            if (State.Step > 0)
            {
                _checkpoint?.Save(State, Weights);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }

    // Examples that stream by are to be the same in each pass; those of a source that is read up would be none.
    private void CheckBatches()
    {
        if (State.Batch < _feed.Batches)
        {
            throw new InvalidOperationException($"The examples made {State.Batch} batches in epoch {State.Epoch + 1}, where the first pass over them counted {_feed.Batches}; give blocks that are the same each time they are enumerated.");
        }
    }

    private void Begin(CancellationToken cancellationToken)
    {
        if (_validation is not null)
        {
            State.BestLoss = ValidationLoss(cancellationToken);
            State.Curve.Add(new(0, 0, double.NaN, State.BestLoss, 0));
            _progress?.Report(new(0, 0, Steps, double.NaN, State.BestLoss, 0));
        }
    }

    private (double Loss, double Norm)? Step(BatchSlice slice, CancellationToken cancellationToken)
    {
        if (_negatives is not null && State.Step > 0 && State.Step % _negatives.EverySteps == 0)
        {
            _negatives.Mine(_model, cancellationToken);
        }

        Random random = Seeds.Of(_options.Seed, -1 - State.Epoch, State.Batch);
        _batch.Fill(slice.Table, slice.Examples.Span, _options.NegativesPerExample, random, _options.Mixing?.ExtraNegatives ?? 0);
        _options.Mixing?.Apply(_batch, random);
        if (_noise is not null)
        {
            _batch.Disturb(_noise, random);
        }

        double loss = _model.Evaluate(_batch, random);
        double norm = GradientLength();
        (_loss, _norm) = (loss, norm);
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            return (loss, norm);
        }

        Update(norm > _options.ClipNorm ? _options.ClipNorm / norm : 1);
        Count(loss, slice.Examples.Length);
        return null;
    }

    private double GradientLength()
    {
        double sum = 0;
        foreach (float[] gradient in _model.Gradients)
        {
            // Squares of very large gradients exceed single precision; clipped, they still say where to go.
            float squares = TensorPrimitives.SumOfSquares<float>(gradient);
            if (float.IsFinite(squares))
            {
                sum += squares;
                continue;
            }

            foreach (float value in gradient)
            {
                sum += (double)value * value;
            }
        }

        return Math.Sqrt(sum);
    }

    private void Update(double scale)
    {
        State.Step++;
        State.Batch++;
        State.Rate = RateAt(State.Step);
        for (int i = 0; i < _optimizers.Length; i++)
        {
            _optimizers[i].Update(_model.Networks[i].Parameters, _model.Gradients[i], scale, State.Step, State.Rate, _options.Threads);
        }
    }

    private void Count(double loss, int examples)
    {
        State.LossSum += loss * examples;
        State.LossCount += examples;
        _lossSince += loss * examples;
        _examplesSince += examples;
        if (State.Step % ReportEvery == 0)
        {
            _progress?.Report(new(State.Epoch + 1, State.Step, Steps, _lossSince / _examplesSince, double.NaN, State.Rate));
            (_lossSince, _examplesSince) = (0, 0);
        }

        if (State.Step % _options.CheckpointEvery == 0)
        {
            _checkpoint?.Save(State, Weights);
        }
    }

    private void EndEpoch(CancellationToken cancellationToken)
    {
        double held = _validation is null ? double.NaN : ValidationLoss(cancellationToken);
        State.Epoch++;
        State.Batch = 0;
        double loss = State.LossCount == 0 ? double.NaN : State.LossSum / State.LossCount;
        State.Curve.Add(new(State.Epoch, State.Step, loss, held, State.Rate));
        (State.LossSum, State.LossCount) = (0, 0);
        if (_validation is null || held < State.BestLoss)
        {
            (State.BestLoss, State.BestEpoch) = (held, State.Epoch);
            Weights.Keep();
        }

        _progress?.Report(new(State.Epoch, State.Step, Steps, loss, held, State.Rate));
        if (State.Epoch < _options.Epochs && !StoppedEarly)
        {
            _checkpoint?.Save(State, Weights);
        }
    }

    private double ValidationLoss(CancellationToken cancellationToken)
    {
        double sum = 0;
        long count = 0;
        foreach (BatchSlice slice in _validation!.Epoch(0, 0))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Random random = Seeds.Of(_options.Seed, long.MinValue, count);
            _batch.Fill(slice.Table, slice.Examples.Span, _options.NegativesPerExample, random);
            sum += _model.Evaluate(_batch, random, needsGradients: false) * slice.Examples.Length;
            count += slice.Examples.Length;
        }

        return sum / count;
    }

    private double RateAt(long step)
    {
        // The middle of a step: neither the first nor the last one is of no use.
        double done = (step - 0.5) / Steps;
        return _options.LearningRate!.Value * (done < _options.WarmUp ? done / _options.WarmUp : 0.5 * (1 + Math.Cos(Math.PI * (done - _options.WarmUp) / (1 - _options.WarmUp))));
    }
}
