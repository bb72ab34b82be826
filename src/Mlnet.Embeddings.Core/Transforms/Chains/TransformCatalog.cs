using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Transforms;

/// <summary>The steps that chains can have, and how each is made of its arguments.</summary>
internal static class TransformCatalog
{
    private static readonly TransformParameterInfo Unit = new("l2", "false", "scale to length 1");

    public static IReadOnlyList<Entry> Entries { get; } =
    [
        new(new("center", "", "subtract the fitted mean", []), (_, _) => new(FitCenter)) { KeepsSlots = true },
        new(
            new("whiten", "pca|zca|pca-cor|zca-cor|cholesky", "make the covariance the identity; zca without a kind",
            [
                new("k", "all", "dimensions kept, with the pca kinds"), new("alpha", "1", "how far, 0 to 1; 0.25 serves most tasks better"), new("eps", "0", "added to each eigenvalue"),
                new("shrinkage", "none", "or ledoit-wolf"), Unit,
            ]),
            Whiten),
        new(
            new("fnorm", "", "normal quantiles of the ranks in each dimension, then length 1; lowers hubness", [new("knots", "1024", "kept of each dimension's distribution"), new("sample", "100000", "rows to fit on"), new("seed", "42", "of the draw")]),
            FNorm) { KeepsSlots = true },
        new(new("standardize", "dimension|vector", "z-scores, over the rows or within each vector", []), Standardize) { KeepsSlots = true },
        new(new("remove-top", "D", "subtract the mean and remove the D leading components; max(1, round(d/100)) without a number", []), RemoveTop),
        new(new("remove-directions", "FILE", "project out the vectors of a file", []), RemoveDirections),
        new(new("truncate", "K", "keep the first K dimensions", [Unit with { Default = "true" }]), Truncate) { KeepsSlots = true },
        new(
            new("relative", "K", "cosines to K anchors among the fitted rows", [new("anchors", "farthest", "or kmeans, random"), new("sample", "20000", "rows to choose among"), new("seed", "42", "of every draw")]),
            Relative),
        new(new("conceptualize", "FILE", "cosines to the vectors of a file", []), Conceptualize),
        new(
            new("quantize", "int8|binary", "what is left after quantization", [new("tail", "0", "share of values clipped at each end, with int8"), new("threshold", "zero", "or mean, which keeps more, with binary")]),
            Quantize) { KeepsSlots = true },
        new(new("l2", "", "scale to length 1", []), (_, _) => new(i => new UnitLengthTransform(i.Dimensions)) { IsNormalized = true }) { KeepsSlots = true },
    ];

    /// <summary>Makes the step that is written.</summary>
    public static Step Make(ChainStep written, Func<string, EmbeddingMatrix>? readVectors)
    {
        Entry entry = Entries.FirstOrDefault(e => e.Info.Name == written.Name)
            ?? throw new TransformSyntaxException(written.Position, $"there is no step '{written.Name}'; there is {string.Join(", ", Entries.Select(e => e.Info.Name))}.");
        if (entry.Info.Value.Length == 0 && written.Value is not null)
        {
            throw new TransformSyntaxException(written.ValuePosition, $"'{written.Name}' takes nothing after a colon.");
        }

        foreach ((string key, int position) in written.Keys)
        {
            if (!entry.Info.Parameters.Any(p => p.Name == key))
            {
                string known = entry.Info.Parameters.Count == 0 ? "it takes none" : "it takes " + string.Join(", ", entry.Info.Parameters.Select(p => p.Name));
                throw new TransformSyntaxException(position, $"'{written.Name}' has no argument '{key}'; {known}.");
            }
        }

        Step step = entry.Make(written, readVectors);
        return step with { Position = written.Position, Name = written.Name, KeepsSlots = entry.KeepsSlots };
    }

    private static CenteringTransform FitCenter(FitInput input) =>
        input.NextUsesMoments || input.KnownMoments is not null ? CenteringTransform.FitFrom(input.CollectMoments()) : CenteringTransform.Fit(input.Blocks, input.CancellationToken);

    private static Step Whiten(ChainStep step, Func<string, EmbeddingMatrix>? readVectors)
    {
        WhiteningOptions options = new()
        {
            Kind = step.Choice(("zca", WhiteningKind.Zca), ("pca", WhiteningKind.Pca), ("pca-cor", WhiteningKind.PcaCor), ("zca-cor", WhiteningKind.ZcaCor), ("cholesky", WhiteningKind.Cholesky)),
            Dimensions = step.Whole("k"),
            Alpha = step.Number("alpha", 1),
            Epsilon = step.Number("eps", 0),
            Shrinkage = step.Choice("shrinkage", ("none", CovarianceShrinkage.None), ("ledoit-wolf", CovarianceShrinkage.LedoitWolf)),
            Normalize = step.Flag("l2", false),
        };
        Check(step, options.Validate);
        return new(i => WhiteningTransform.FitFrom(i.CollectMoments(), options)) { UsesMoments = true, IsNormalized = options.Normalize };
    }

    private static Step FNorm(ChainStep step, Func<string, EmbeddingMatrix>? readVectors)
    {
        FNormOptions standard = new();
        FNormOptions options = new() { Knots = step.Whole("knots") ?? standard.Knots, Sample = step.Whole("sample") ?? standard.Sample, Seed = step.Whole("seed") ?? standard.Seed };
        Check(step, options.Validate);
        return new(i => FNormTransform.Fit(i.Blocks, options, i.Threads, i.CancellationToken)) { IsNormalized = true };
    }

    private static Step Standardize(ChainStep step, Func<string, EmbeddingMatrix>? readVectors) => step.Choice(("dimension", true), ("vector", false))
        ? new(i => StandardizationTransform.Fit(i.Blocks, i.CancellationToken))
        : new(i => new VectorStandardizationTransform(i.Dimensions));

    private static Step RemoveTop(ChainStep step, Func<string, EmbeddingMatrix>? readVectors)
    {
        int? components = step.WholeValue();
        return new(i => DirectionRemovalTransform.FitTopFrom(i.CollectMoments(), components, i.Threads)) { UsesMoments = true };
    }

    private static Step RemoveDirections(ChainStep step, Func<string, EmbeddingMatrix>? readVectors)
    {
        DirectionRemovalTransform transform = DirectionRemovalTransform.Of(Vectors(step, readVectors));
        return new(_ => transform);
    }

    private static Step Truncate(ChainStep step, Func<string, EmbeddingMatrix>? readVectors)
    {
        int kept = step.RequiredValue();
        bool unit = step.Flag("l2", true);
        if (kept < 1)
        {
            throw new TransformSyntaxException(step.ValuePosition, "'truncate' keeps one dimension at least.");
        }

        return new(i => new TruncationTransform(i.Dimensions, kept, unit)) { IsNormalized = unit };
    }

    private static Step Relative(ChainStep step, Func<string, EmbeddingMatrix>? readVectors)
    {
        AnchorOptions options = new()
        {
            Anchors = step.RequiredValue(),
            Choice = step.Choice("anchors", ("farthest", AnchorChoice.FarthestPoint), ("kmeans", AnchorChoice.KMeans), ("random", AnchorChoice.Random)),
            Sample = step.Whole("sample") ?? 20_000,
            Seed = step.Whole("seed") ?? 42,
        };
        Check(step, options.Validate);
        return new(i => AnchorSimilarity.Fit(i.Blocks, options, i.CancellationToken));
    }

    private static Step Conceptualize(ChainStep step, Func<string, EmbeddingMatrix>? readVectors)
    {
        AnchorSimilarity transform = AnchorSimilarity.Of(Vectors(step, readVectors));
        return new(_ => transform);
    }

    private static Step Quantize(ChainStep step, Func<string, EmbeddingMatrix>? readVectors)
    {
        bool binary = step.Choice(("int8", false), ("binary", true));
        double tail = step.Number("tail", 0);
        BinaryThreshold threshold = step.Choice("threshold", ("zero", BinaryThreshold.Zero), ("mean", BinaryThreshold.Mean));
        if (!(tail is >= 0 and < 0.5) || step.Arguments.ContainsKey(binary ? "tail" : "threshold"))
        {
            throw new TransformSyntaxException(step.Position, "int8 takes a tail from 0 to below 0.5, binary a threshold.");
        }

        return binary
            ? new(i => threshold == BinaryThreshold.Zero ? new BinaryQuantization(i.Dimensions) : BinaryQuantization.Fit(i.Blocks, threshold, i.CancellationToken)) { IsNormalized = true }
            : new(i => Int8Quantization.Fit(i.Blocks, tail, cancellationToken: i.CancellationToken));
    }

    private static EmbeddingMatrix Vectors(ChainStep step, Func<string, EmbeddingMatrix>? readVectors)
    {
        if (step.Value is null)
        {
            throw new TransformSyntaxException(step.Position, $"'{step.Name}' needs a file after a colon: {step.Name}:FILE.");
        }

        return readVectors is null ? throw new TransformSyntaxException(step.ValuePosition, $"'{step.Name}' reads a file, which is not possible here.") : readVectors(step.Value);
    }

    private static void Check(ChainStep step, Action validate)
    {
        try
        {
            validate();
        }
        catch (ArgumentException exception)
        {
            throw new TransformSyntaxException(step.Position, $"'{step.Name}': {MessageOf(exception)}");
        }
    }

    private static string MessageOf(ArgumentException exception) => exception.Message.Split(" (Parameter '", 2)[0].ReplaceLineEndings(" ");

    /// <summary>A step that can be written.</summary>
    public sealed record Entry(TransformStepInfo Info, Func<ChainStep, Func<string, EmbeddingMatrix>?, Step> Make)
    {
        /// <summary>Whether dimension i of the output still means what dimension i of the input did.</summary>
        public bool KeepsSlots { get; init; }
    }

    /// <summary>A step that is written, ready to fit.</summary>
    public sealed record Step(Func<FitInput, VectorTransform> Fit)
    {
        public bool UsesMoments { get; init; }

        /// <summary>Whether what is fitted gives rows of length 1.</summary>
        public bool IsNormalized { get; init; }

        /// <summary>Whether dimension i of the output still means what dimension i of the input did.</summary>
        public bool KeepsSlots { get; init; }

        public int Position { get; init; }

        public string Name { get; init; } = "";
    }
}
