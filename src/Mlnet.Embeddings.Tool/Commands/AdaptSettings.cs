using System.CommandLine;
using System.Globalization;
using System.Text;
using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>The options that say what adapter is trained and how.</summary>
internal sealed class AdaptSettings
{
    private const string TwoTower = "two-tower";
    private const string Identity = "identity";
    private static readonly AdapterTrainerOptions Default = new();
    private static readonly string[] Kinds = ["linear", "low-rank", "bottleneck", "mlp"];

    /// <summary>What the library calls an option, and what the user has typed.</summary>
    public static readonly (string Property, string Flag)[] Flags =
    [
        ("BatchSize", "--batch-size"), ("Epochs", "--epochs"), ("LearningRate", "--learning-rate"), ("WarmUp", "--warm-up"), ("WeightDecay", "--weight-decay"), ("Patience", "--patience"),
        ("ValidationShare", "--validation-share"), ("NegativesPerExample", "--negatives-per-example"), ("Threads", "--threads"), ("ClassWeight", "--class-weight"), ("MaskNegativesAbove", "--mask-negatives-above"), ("Loss", "--loss"),
        ("a TwoTowerArchitecture", "--kind two-tower"), ("a LinearArchitecture", "--kind linear"), ("an MlpArchitecture", "--kind mlp"), ("Mixing", "--mixing"),
    ];

    private readonly Option<string?> _kind = new("--kind") { Description = "The adapter's form: linear, low-rank (x + xAB), bottleneck (x + a hidden layer), mlp, or two-tower (queries and passages differ). [default: what suits the rows]" };
    private readonly Option<string?> _queryKind = new("--query-kind") { Description = "With two-tower: the form of the queries' side, or identity. [default: low-rank]" };
    private readonly Option<string?> _passageKind = new("--passage-kind") { Description = "With two-tower: that of the passages' side; identity leaves their stored vectors valid. [default: low-rank]" };
    private readonly Option<int?> _rank = new("--rank") { Description = $"With low-rank: the rank. [default: {new LowRankArchitecture().Rank}]" };
    private readonly Option<int?> _width = new("--width") { Description = $"With bottleneck or mlp: the hidden layer's width. [default: {new BottleneckArchitecture().Width}, mlp {new MlpArchitecture().HiddenWidths[0]}]" };
    private readonly Option<int?> _dimensions = new("--dimensions", "-d") { Description = "With linear or mlp: values of an adapted vector. [default: as many as the model gives]" };
    private readonly Option<string?> _loss = new("--loss") { Description = "What is made small, such as info-nce(temperature=0.05) or \"matryoshka(info-nce, 64, 128)\"; the list below has all. [default: softmax over the labels; info-nce for pairs; cosent for scored pairs]" };
    private readonly Option<double?> _classWeight = new("--class-weight") { Description = "With labels: what a softmax over them counts beside --loss. [default: 0 with --loss, 1 without]" };
    private readonly Option<int> _epochs = new("--epochs") { Description = "Passes over the rows, at most.", DefaultValueFactory = _ => Default.Epochs };
    private readonly Option<int> _batchSize = new("--batch-size") { Description = "Rows a batch, whose other rows are the negatives.", DefaultValueFactory = _ => Default.BatchSize };
    private readonly Option<double?> _learningRate = new("--learning-rate") { Description = "AdamW's rate at its height. [default: what suits the rows, about 0.001]" };
    private readonly Option<double> _warmUp = new("--warm-up") { Description = "Share of the steps in which the rate rises.", DefaultValueFactory = _ => Default.WarmUp };
    private readonly Option<double> _weightDecay = new("--weight-decay") { Description = "Decay towards leaving vectors alone.", DefaultValueFactory = _ => Default.WeightDecay };
    private readonly Option<int> _patience = new("--patience") { Description = "Epochs without a smaller held-out loss after which training ends.", DefaultValueFactory = _ => Default.Patience };
    private readonly Option<int> _negatives = new("--negatives-per-example") { Description = "Given or mined negatives that a row brings along a step, drawn anew each time.", DefaultValueFactory = _ => Default.NegativesPerExample };
    private readonly Option<string> _batches = new("--batches") { Description = "How rows come together: shuffled; class-aware (with labels: every label equally often); clustered (near ones together, for harder negatives).", DefaultValueFactory = _ => Default.Batches.Name };
    private readonly Option<string?> _mixing = new("--mixing") { Description = "New rows out of those of a batch: mixup (with labels, for few of them), negatives (harder ones out of given or mined ones)." };
    private readonly Option<double?> _mask = new("--mask-negatives-above") { Description = "A cosine to the anchor above which another row of the batch is no negative: it likely says the same." };
    private readonly Option<bool> _normalize = new("--normalize") { Description = "Scale adapted vectors to length 1." };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads; they do not change the result.", DefaultValueFactory = _ => Default.Threads };

    public AdaptSettings()
    {
        _kind.AcceptOnlyFromAmong([.. Kinds, TwoTower]);
        _batches.AcceptOnlyFromAmong("shuffled", "class-aware", "clustered");
        _mixing.AcceptOnlyFromAmong("mixup", "negatives");
        _queryKind.AcceptOnlyFromAmong([.. Kinds, Identity]);
        _passageKind.AcceptOnlyFromAmong([.. Kinds, Identity]);
    }

    public Option<double> ValidationShare { get; } = new("--validation-share") { Description = "Without --validation: the share of rows that is held out, for early stopping and for the scores; 0 for none.", DefaultValueFactory = _ => Default.ValidationShare };

    public Option<int> Seed { get; } = new("--seed") { Description = "Seed of whatever is drawn; the same seed gives the same weights.", DefaultValueFactory = _ => Default.Seed };

    public Option[] All => [_kind, _queryKind, _passageKind, _rank, _width, _dimensions, _loss, _classWeight, _epochs, _batchSize, _learningRate, _warmUp, _weightDecay, _patience, _batches, _negatives, _mixing, _mask, ValidationShare, Seed, _normalize, _threads];

    /// <summary>Refuses what cannot be trained on rows of some kinds, before they are embedded.</summary>
    /// <param name="options">What is to be trained.</param>
    /// <param name="rows">What the rows may turn out to be.</param>
    /// <exception cref="ToolException">Loss, mixing, batches or form are for other rows.</exception>
    public static void Check(AdapterTrainerOptions options, AdapterLossRows rows)
    {
        if (options.Loss is AdapterLoss loss && (loss.Rows & rows) == 0)
        {
            throw new ToolException($"--loss {loss.Name} is for {Named(loss.Rows)}; these rows are {Named(rows)}. Take another loss ('mlnet-embed adapt --help' lists them), or give other rows.");
        }

        if (options.Mixing is BatchMixing mixing && (mixing.Rows & rows) == 0)
        {
            throw new ToolException($"--mixing {mixing.Name} is for {Named(mixing.Rows)}; these rows are {Named(rows)}. Leave it out.");
        }

        if (rows == AdapterLossRows.Labels ? options.Architecture is TwoTowerArchitecture : options.Batches is ClassAwareBatches)
        {
            throw new ToolException(rows == AdapterLossRows.Labels ? "--kind two-tower is for pairs, triplets and judgements: rows with a label have one side only." : "--batches class-aware is for rows with a label. Leave it out.");
        }

        if (options.ClassWeight is not null && rows != AdapterLossRows.Labels)
        {
            throw new ToolException("--class-weight is for rows with a label. Leave it out.");
        }
    }

    /// <summary>The losses there are, for help.</summary>
    public static string Losses()
    {
        StringBuilder text = new("Losses:\n");
        foreach (AdapterLossInfo loss in AdapterLossCatalog.Losses)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {loss.Usage}\n    {loss.Summary}{(loss.Rows == AdapterLossRows.None ? "" : $"; for {Named(loss.Rows)}")}\n");
        }

        return text.ToString();
    }

    /// <summary>What the trainer is told.</summary>
    /// <exception cref="ToolException">Options contradict each other, or the loss cannot be read.</exception>
    public AdapterTrainerOptions Read(ParseResult parsed)
    {
        AdapterTrainerOptions options = new()
        {
            Loss = Loss(parsed),
            ClassWeight = parsed.GetValue(_classWeight),
            Epochs = parsed.GetValue(_epochs),
            BatchSize = parsed.GetValue(_batchSize),
            WarmUp = parsed.GetValue(_warmUp),
            WeightDecay = parsed.GetValue(_weightDecay),
            Patience = parsed.GetValue(_patience),
            Batches = parsed.GetRequiredValue(_batches) switch
            {
                "class-aware" => new ClassAwareBatches(),
                "clustered" => new ClusteredBatches(),
                _ => new ShuffledBatches(),
            },
            Mixing = parsed.GetValue(_mixing) switch
            {
                "mixup" => new Mixup(),
                "negatives" => new NegativeMixing(),
                _ => null,
            },
            MaskNegativesAbove = parsed.GetValue(_mask),
            NegativesPerExample = parsed.GetValue(_negatives),
            NormalizeOutput = parsed.GetValue(_normalize),
            Threads = parsed.GetValue(_threads),
            Seed = parsed.GetValue(Seed),
            ValidationShare = parsed.GetValue(ValidationShare),
        };

        // What is left out is the library's choice, which goes by the rows.
        if (Architecture(parsed) is AdapterArchitecture architecture)
        {
            options.Architecture = architecture;
        }

        if (parsed.GetValue(_learningRate) is double rate)
        {
            options.LearningRate = rate;
        }

        return options;
    }

    private static string Named(AdapterLossRows rows) => string.Join(", ", Enum.GetValues<AdapterLossRows>().Where(row => row != AdapterLossRows.None && rows.HasFlag(row)).Select(row => row switch
    {
        AdapterLossRows.ScoredPairs => "scored pairs",
        AdapterLossRows.ScoredCandidates => "scored candidates",
        AdapterLossRows.Negatives => "given or mined negatives",
        _ => row.ToString().ToLowerInvariant(),
    }));

    private AdapterLoss? Loss(ParseResult parsed)
    {
        try
        {
            return parsed.GetValue(_loss) is string text ? AdapterLossCatalog.Parse(text) : null;
        }
        catch (AdapterLossSyntaxException exception)
        {
            throw new ToolException($"--loss {parsed.GetValue(_loss)}: {exception.Message}", exception);
        }
    }

    private AdapterArchitecture? Architecture(ParseResult parsed)
    {
        string? kind = parsed.GetValue(_kind) ?? (parsed.GetValue(_rank) is not null ? "low-rank" : parsed.GetValue(_width) is not null ? "bottleneck" : parsed.GetValue(_dimensions) is not null ? "linear" : null);
        string[] used = kind == TwoTower ? [parsed.GetValue(_queryKind) ?? "low-rank", parsed.GetValue(_passageKind) ?? "low-rank"] : kind is null ? [] : [kind];
        Refuse(parsed, kind == TwoTower, "is for --kind two-tower", _queryKind, _passageKind);
        Refuse(parsed, used.Contains("low-rank"), "is for --kind low-rank", _rank);
        Refuse(parsed, used.Intersect(["bottleneck", "mlp"]).Any(), "is for --kind bottleneck and --kind mlp", _width);
        Refuse(parsed, used.Intersect(["linear", "mlp"]).Any(), "is for --kind linear and --kind mlp", _dimensions);
        foreach (Option<int?> size in (Option<int?>[])[_rank, _width, _dimensions])
        {
            if (parsed.GetValue(size) < 1)
            {
                throw new ToolException($"{size.Name} is {parsed.GetValue(size)}; give 1 or more.");
            }
        }

        return kind is null ? null : kind == TwoTower ? new TwoTowerArchitecture(One(parsed, used[0]), One(parsed, used[1])) : One(parsed, kind);
    }

    private AdapterArchitecture One(ParseResult parsed, string kind) => kind switch
    {
        "linear" => new LinearArchitecture(parsed.GetValue(_dimensions)),
        "low-rank" => parsed.GetValue(_rank) is int rank ? new LowRankArchitecture(rank) : new LowRankArchitecture(),
        "bottleneck" => parsed.GetValue(_width) is int width ? new BottleneckArchitecture(width) : new BottleneckArchitecture(),
        "mlp" => new MlpArchitecture(parsed.GetValue(_width) is int hidden ? [hidden] : null, outputDimensions: parsed.GetValue(_dimensions)),
        _ => new IdentityArchitecture(),
    };

    private static void Refuse(ParseResult parsed, bool isUsed, string because, params ReadOnlySpan<Option> options)
    {
        foreach (Option option in options)
        {
            if (!isUsed && parsed.GetResult(option) is { Implicit: false })
            {
                throw new ToolException($"{option.Name} {because}. Leave it out, or choose that kind.");
            }
        }
    }
}
