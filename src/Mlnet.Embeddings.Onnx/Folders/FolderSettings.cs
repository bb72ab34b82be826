using System.Security.Cryptography;
using System.Text.Json;
using Mlnet.Embeddings.LongTexts;
using Mlnet.Embeddings.Pooling;
using Mlnet.Embeddings.Prompts;

namespace Mlnet.Embeddings.Onnx;

/// <summary>What a folder says of its model, with what the options say instead.</summary>
internal sealed class FolderSettings
{
    private const string SentenceFile = "config_sentence_transformers.json";

    private readonly ModelChoices _stored;
    private readonly byte[]? _weights;

    private FolderSettings(ModelFolder folder, OnnxModelOptions options)
    {
        _stored = ModelChoices.Read(folder);
        Choices = _stored.With(options);
        Modules = SentenceModules.Read(folder);
        Transformer = new TransformerFolder(folder, TransformerPath);
        Family = Modules is null ? ReadFamily(folder) : null;
        ChooseVariant(folder, options);
        JsonObjectFile sentence = folder.Object(SentenceFile);
        Prompts = PromptConfiguration.Read(folder.Json(SentenceFile), folder.LocationOf(SentenceFile));
        if (Prompts.Prompts.Count == 0 && Family is not null)
        {
            Prompts = new PromptConfiguration(Family.Prompts, null);
        }

        IncludePrompt = Choices.IncludePrompt ?? Modules?.IncludePrompt ?? Family?.IncludePrompt ?? true;
        _weights = options.Pooling?.Weights?.File;
        Pooling = ReadPooling(folder, options);
        Steps = ReadSteps(folder.Files.Location, Choices.TruncateDimensions ?? sentence.Count("truncate_dim"));
        CheckLongTexts(folder, options);
    }

    /// <summary>What is asked for beyond the model's own files.</summary>
    public ModelChoices Choices { get; private set; }

    public SentenceModules? Modules { get; }

    /// <summary>What the model's name tells where there are no modules; null where it tells nothing.</summary>
    public EncoderFamily? Family { get; }

    public string TransformerPath => Modules?.Transformer ?? "";

    public TransformerFolder Transformer { get; }

    public PromptConfiguration Prompts { get; }

    public bool IncludePrompt { get; }

    public EncoderPooling Pooling { get; }

    public IReadOnlyList<VectorStep> Steps { get; }

    /// <summary>Whether opening the folder without options gives the same settings.</summary>
    public bool IsAsStored => Choices with { Family = null } == _stored with { Family = null };

    /// <summary>Whether token states are needed even where the graph has pooled.</summary>
    public bool NeedsStates => Choices.Pooling is not null || Choices.LongTexts is LateChunking || Modules?.Layers is not null;

    /// <summary>Whether they are better to have: without them prompts cannot be left out, nor what follows pooling be told from what the graph has done.</summary>
    public bool PrefersStates => NeedsStates || !IncludePrompt || Steps.Any(s => s is DenseStep or LayerNormStep);

    public static FolderSettings Read(ModelFolder folder, OnnxModelOptions options) => new(folder, options);

    /// <summary>Keeps the choices with the files that were read.</summary>
    public void Keep(ModelFolder folder)
    {
        if (Choices != new ModelChoices())
        {
            folder.Keep(ModelChoices.FileName, Choices.ToFile());
        }

        if (_weights is not null)
        {
            folder.Keep(PoolingWeights.FileName, _weights);
        }
    }

    // The name in the configuration is of the model's files; the folder's is not, so that it is kept with them.
    private EncoderFamily? ReadFamily(ModelFolder folder)
    {
        if (Choices.Family is string kept)
        {
            return EncoderFamily.Named(kept) ?? throw folder.Wrong(ModelChoices.FileName, $"names the family '{kept}'; this version knows {string.Join(", ", EncoderFamily.Names)}.");
        }

        EncoderFamily? family = EncoderFamily.Of(Transformer.OriginalName) ?? EncoderFamily.Of(Transformer.Architecture);
        if (family is null && EncoderFamily.Of(folder.Files.Name) is { } named)
        {
            Choices = Choices with { Family = named.Name };
            family = named;
        }

        return family;
    }

    private void ChooseVariant(ModelFolder folder, OnnxModelOptions options)
    {
        if (options.Variant == GraphVariant.FullPrecision)
        {
            return;
        }

        string chosen = options.GraphFile is null
            ? GraphFile.Find(folder, options.Variant, TransformerPath)
            : throw new ArgumentException($"{nameof(options.GraphFile)} is '{options.GraphFile}' and {nameof(options.Variant)} {options.Variant}; set one of them.", nameof(options));
        bool isUsual = chosen == GraphNames.Of(GraphVariant.FullPrecision, TransformerPath).FirstOrDefault(folder.Contains);
        Choices = Choices with { GraphFile = isUsual ? null : chosen };
    }

    private EncoderPooling ReadPooling(ModelFolder folder, OnnxModelOptions options)
    {
        if (_weights is not null)
        {
            return options.Pooling!;
        }

        if (Choices.Pooling is string name)
        {
            try
            {
                return Choices.PoolingHeads is int heads ? PoolingWeights.Open(name, heads, ReadWeights(folder), folder.LocationOf(PoolingWeights.FileName)) : EncoderPooling.Parse(name);
            }
            catch (ArgumentException e)
            {
                throw folder.Wrong(ModelChoices.FileName, $"has a pooling that is not known: {e.Message}");
            }
        }

        if (Family is { Pooling: null })
        {
            return new UnavailablePooling(Family.Name);
        }

        TokenPooling pooling = Modules?.Pooling ?? Family?.Pooling ?? new MeanPooling();
        return Modules?.Layers is LayerWeights layers ? new WeightedLayersPooling(pooling, layers.FirstLayer, layers.Weights) : new StatesPooling(pooling);
    }

    private byte[] ReadWeights(ModelFolder folder)
    {
        byte[] weights = folder.Contains(PoolingWeights.FileName) ? folder.Read(PoolingWeights.FileName, int.MaxValue)
            : throw folder.Wrong(PoolingWeights.FileName, $"is not there; '{ModelChoices.FileName}' says that the pooling's trained weights are in it.");
        return Convert.ToHexStringLower(SHA256.HashData(weights)) == Choices.PoolingSha256 ? weights
            : throw folder.Wrong(PoolingWeights.FileName, $"is not the file that '{ModelChoices.FileName}' was written with: its SHA-256 is another.");
    }

    // As in sentence-transformers all modules come first; what they scaled to length 1 is scaled again, since the first values alone are shorter.
    private List<VectorStep> ReadSteps(string location, int? dimensions)
    {
        List<VectorStep> steps = [.. Modules?.Steps ?? (Family is { Normalizes: false } ? [] : [new NormalizeStep()])];
        if (dimensions is int kept)
        {
            bool normalizes = steps.Count > 0 && steps[^1] is NormalizeStep;
            steps.Add(new TruncateStep(location, kept));
            if (normalizes)
            {
                steps.Add(new NormalizeStep());
            }
        }

        return steps;
    }

    private void CheckLongTexts(ModelFolder folder, OnnxModelOptions options)
    {
        string? wrong = Choices.LongTexts switch
        {
            TextTruncation { Kept: var kept } when !Enum.IsDefined(kept) => $"keeps {kept}; it should be Head, Tail or HeadAndTail",
            TextChunking { Length: < 1 } => "has chunks of fewer tokens than 1",
            TextChunking { Overlap: < 0 } => "has chunks that overlap by fewer tokens than 0",
            TextChunking chunking when chunking.Length <= chunking.Overlap => $"has chunks of {chunking.Length} tokens that overlap by {chunking.Overlap}; it must be fewer than a chunk has",
            LateChunking { Length: < 1 } or LateChunking { Context: < 0 } => "has chunks of fewer tokens than 1, or less context than 0",
            LateChunking when Pooling is not StatesPooling { Pooling: MeanPooling } and not WeightedLayersPooling { Pooling: MeanPooling } =>
                $"averages the states of each chunk, and the model's pooling is '{Pooling.Name}'; late chunking is for models that pool by the mean",
            TopicChunking { WindowSentences: < 1 } => "has windows of fewer sentences than 1",
            TopicChunking { Deviations: var deviations } when !double.IsFinite(deviations) => $"cuts at {deviations} deviations; it should be a number",
            _ => null,
        };
        if (wrong is not null)
        {
            string message = $"The way with long texts {Choices.LongTexts!.GetType().Name} {wrong}.";
            throw options.LongTexts is null ? folder.Wrong(ModelChoices.FileName, "is damaged: " + message) : new ArgumentException(message, nameof(options));
        }
    }
}
