using System.Globalization;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Makes of data and options what a training runs on, and refuses what does not fit together.</summary>
internal sealed class TrainingSetup
{
    private readonly AdapterTrainerOptions _options;
    private readonly ExampleTable _like;
    private readonly ExampleTable? _validation;
    private readonly AdapterLoss? _loss;
    private readonly double _classWeight;
    private readonly NetworkPlan _plan;
    private readonly int _classes;

    public TrainingSetup(AdapterTrainerOptions options, AdapterTrainingData data, AdapterTrainingData? validation, CancellationToken cancellationToken, NetworkPlan? plan = null)
    {
        if (options.Remining is not null)
        {
            (data, validation) = (data.ForMining(), validation?.ForMining());
        }

        (_like, _validation) = (First(data), validation is null ? null : First(validation));
        _options = options = plan is null ? options.For(data.Rows, _like.AnchorDimensions) : options;
        bool isLabelled = _like.Labels is not null;
        _classWeight = isLabelled ? options.ClassWeight ?? (options.Loss is null ? 1 : 0) : 0;
        _loss = options.Loss ?? Usual(data.Rows);
        CheckLoss(data.Rows);
        _plan = plan ?? new AdapterPlan(options.Architecture!, _like);
        if (_plan.Parameters == 0 && !(_classWeight > 0))
        {
            throw new ArgumentException("Identity on both sides leaves nothing to train; take another architecture for one.");
        }

        (Training, Validation) = Feeds(data, validation, cancellationToken);
        _classes = Math.Max(_like.Classes, Math.Max((Training as StreamedFeed)?.Classes ?? 0, 0));
        Check(data, validation);
    }

    /// <summary>The options, with what is usual for such examples.</summary>
    public AdapterTrainerOptions Options => _options;

    /// <summary>The examples that are trained on.</summary>
    public ExampleFeed Training { get; }

    /// <summary>The examples held out; null for none.</summary>
    public ExampleFeed? Validation { get; }

    /// <summary>Mines the negatives of the former anew; null where they are given or none.</summary>
    public RefreshedNegatives? Negatives { get; private set; }

    /// <summary>What disturbs the rows that are trained on; null for nothing.</summary>
    public RowNoise? Noise => _options.InputNoise is > 0 and double share ? new(share, _like) : null;

    /// <summary>What a checkpoint of this training names, so that no other takes it up.</summary>
    public string Settings
    {
        get
        {
            AdapterTrainerOptions o = _options;
            return string.Create(CultureInfo.InvariantCulture, $"""
                {_like.Rows} {Training.Count}+{Validation?.Count ?? 0} {Fingerprint():x16}; {_plan.Description}; {_loss?.Name ?? "none"}; classes {_classes} {_classWeight:R} {o.LabelSmoothing:R} {o.ClassScale:R}; noise {o.InputNoise:R};
                {o.Batches.Name} {o.BatchSize} {o.NegativesPerExample} {o.WindowBatches} {o.Mixing?.Name ?? "unmixed"} {o.MaskNegativesAbove:R} {o.Remining?.Name ?? "given"}; epochs {o.Epochs} patience {o.Patience}; rate {o.LearningRate:R} {o.WarmUp:R}; decay {o.WeightDecay:R} {o.Beta1:R} {o.Beta2:R} {o.Epsilon:R} clip {o.ClipNorm:R}; seed {o.Seed}
                """).ReplaceLineEndings(" ");
        }
    }

    /// <summary>The networks at their start.</summary>
    public TowerModel<float> CreateModel()
    {
        (AdapterNetwork<float> query, AdapterNetwork<float> passage) = _plan.Start(_options.Seed);
        ClassTop<float>? top = !(_classWeight > 0) ? null
            : _options.ClassScale is double scale ? new CosineClassTop<float>(new PrototypeStart(Training, query, _classes, _options.Threads).Prototypes, _classes, scale, _options.LabelSmoothing)
            : new LinearClassTop<float>(_plan.OutputDimensions, _classes, _options.LabelSmoothing);
        return new(query, passage, _loss, _like.Rows, top, _classWeight, _options.Threads, _options.MaskNegativesAbove);
    }

    /// <summary>The fitted adapters of weights, where the training is of adapters.</summary>
    public (TwoTowerAdapter Towers, AdapterClassifier? Classifier) Finish(float[][] weights) =>
        ((AdapterPlan)_plan).Finish(weights, _classWeight > 0 ? _classes : 0, _options.ClassScale, _options.NormalizeOutput);

    private static ExampleTable First(AdapterTrainingData data) => data.Table ?? data.Blocks!.FirstOrDefault()?.Table
        ?? throw new ArgumentException("The blocks of examples are there the first time they are enumerated only; each pass over them enumerates them anew.", nameof(data));

    private static AdapterLoss? Usual(AdapterLossRows rows) => rows switch
    {
        AdapterLossRows.Labels => null,
        AdapterLossRows.ScoredPairs => new CoSent(),
        AdapterLossRows.ScoredCandidates => new SoftLabelDistillation(),
        _ => new InfoNce(),
    };

    private void CheckLoss(AdapterLossRows rows)
    {
        if (_loss is not null && !_loss.Rows.HasFlag(rows))
        {
            throw new ArgumentException($"The loss '{_loss.Name}' learns from {_loss.Rows}; these examples are {rows}. Take another loss, or give other examples.");
        }

        if (_options.Mixing is BatchMixing mixing && !mixing.Rows.HasFlag(rows))
        {
            throw new ArgumentException($"'{mixing.Name}' mixes {mixing.Rows}; these examples are {rows}. Leave {nameof(AdapterTrainerOptions.Mixing)} out, or give other examples.");
        }

        if (_options.MaskNegativesAbove is not null && _like.AnchorDimensions != _like.CandidateDimensions)
        {
            throw new ArgumentException($"Anchors have {_like.AnchorDimensions} dimensions and positives {_like.CandidateDimensions}: their frozen embeddings have no cosine for {nameof(AdapterTrainerOptions.MaskNegativesAbove)} to look at.");
        }

        if (_loss is null && !(_classWeight > 0))
        {
            throw new ArgumentException($"There is nothing to make small for examples that are {rows}: set {nameof(AdapterTrainerOptions.Loss)}, or a {nameof(AdapterTrainerOptions.ClassWeight)} above 0.");
        }
    }

    private (ExampleFeed Training, ExampleFeed? Validation) Feeds(AdapterTrainingData data, AdapterTrainingData? validation, CancellationToken cancellationToken)
    {
        double share = validation is null ? _options.ValidationShare : 0;
        (ExampleFeed training, ExampleFeed? held) = data.Table is ExampleTable table ? Split(table, share, cancellationToken) : Split(data.Blocks!, share, cancellationToken);
        if (training.Count < 2)
        {
            throw new ArgumentException($"There are {training.Count} examples to train on; give at least two.", nameof(data));
        }

        ExampleFeed? given = validation is null ? null
            : validation.Table is ExampleTable all ? Cached(all, [.. Enumerable.Range(0, all.Count)], new ShuffledBatches(), cancellationToken)
            : new StreamedFeed(validation.Blocks!, (_, _) => true, _options, new ShuffledBatches(), cancellationToken);
        return (training, given ?? (held is { Count: > 0 } ? held : null));
    }

    private (ExampleFeed, ExampleFeed?) Split(ExampleTable table, double share, CancellationToken cancellationToken)
    {
        (int[] training, int[] held) = ExampleSplit.Of(table, share, _options.Seed, _options.FewestHeldOfClass);
        return (Cached(table, training, _options.Batches, cancellationToken), held.Length > 0 ? Cached(table, held, new ShuffledBatches(), cancellationToken) : null);
    }

    private (ExampleFeed, ExampleFeed?) Split(IEnumerable<AdapterTrainingData> blocks, double share, CancellationToken cancellationToken)
    {
        int seed = _options.Seed;
        StreamedFeed training = new(blocks, (table, i) => !ExampleSplit.Holds(table, i, share, seed), _options, _options.Batches, cancellationToken);
        return (training, share > 0 ? new StreamedFeed(blocks, (table, i) => ExampleSplit.Holds(table, i, share, seed), _options, new ShuffledBatches(), cancellationToken) : null);
    }

    private CachedFeed Cached(ExampleTable table, int[] examples, BatchStrategy strategy, CancellationToken cancellationToken)
    {
        if (_options.Remining is NegativeRemining remining)
        {
            // Training examples come first; only theirs are mined again.
            RefreshedNegatives mined = new RefreshedNegatives(table, examples, remining, _options.Threads).MineFrozen(cancellationToken);
            Negatives ??= mined;
        }

        return new(table, examples, strategy, _options.BatchSize, _options.Seed);
    }

    private void Check(AdapterTrainingData data, AdapterTrainingData? validation)
    {
        if (_like.Labels is not null && data.Table is ExampleTable table && table.Labels!.Distinct().Count() < 2)
        {
            throw new ArgumentException($"All {table.Count} rows have the label {table.Labels![0]}; there is nothing to tell apart. Give rows of two classes at least.", nameof(data));
        }

        if (_classWeight > 0 && _classes < 2)
        {
            throw new ArgumentException($"There is {_classes} class; give rows of two classes at least.", nameof(data));
        }

        if (_validation is ExampleTable other && (other.Rows != _like.Rows || other.AnchorDimensions != _like.AnchorDimensions || other.CandidateDimensions != _like.CandidateDimensions || other.Classes > _classes))
        {
            throw new ArgumentException($"The validation examples are {other.Rows} of {other.AnchorDimensions} dimensions{Of(other.Classes)}, the training examples {_like.Rows} of {_like.AnchorDimensions}{Of(_classes)}; both must be alike.", nameof(validation));
        }
    }

    private static string Of(int classes) => classes > 0 ? $" in {classes} classes" : "";

    private ulong Fingerprint()
    {
        ulong state = _like.Fingerprint(0);
        return _validation is null ? state : _validation.Fingerprint(state);
    }
}
