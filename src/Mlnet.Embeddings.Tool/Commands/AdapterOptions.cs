using System.CommandLine;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Tool.Adapting;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>--adapter</c>: trained adapters between a model and whatever follows it, the same for every command.</summary>
internal sealed class AdapterOptions
{
    public Option<string[]> Adapter { get; } = new("--adapter") { Description = "A folder that 'mlnet-embed adapt' has written: the model's vectors go through its adapter. Several are applied one after the other." };

    public Option<string?> Tower { get; } = Towers(new("--tower") { Description = "With an --adapter of two towers: query or passage, the side that the texts go through." });

    /// <summary>The model with the adapters behind it, where some are asked for; else the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="prompt">The name of the prompt that texts are embedded under; null for none, or for those of each role.</param>
    /// <param name="notes">Where to say that an adapter was trained under another.</param>
    /// <exception cref="ToolException">An adapter cannot be read, belongs to another model, or it is not said which tower is meant.</exception>
    public EmbeddingModel Apply(EmbeddingModel model, ParseResult parsed, string? prompt, TextWriter notes)
    {
        AdapterFolder[] folders = ReadAll(parsed);
        CheckTower(parsed, folders);
        Note(folders, prompt, notes);
        return folders.Aggregate(model, (inner, folder) => With(inner, folder, Side(parsed, folder)));
    }

    /// <summary>The model of queries and that of passages; the same one unless an adapter has two towers.</summary>
    /// <inheritdoc cref="Apply(EmbeddingModel, ParseResult, string?, TextWriter)"/>
    public (EmbeddingModel Query, EmbeddingModel Passage) ApplyByRole(EmbeddingModel model, ParseResult parsed, string? prompt, TextWriter notes)
    {
        if (parsed.GetValue(Tower) is not null)
        {
            throw new ToolException("--tower picks one side of an adapter; here queries go through its query tower and candidates through its passage tower. Leave it out.");
        }

        AdapterFolder[] folders = ReadAll(parsed);
        Note(folders, prompt, notes);
        EmbeddingModel query = model, passage = model;
        foreach (AdapterFolder folder in folders)
        {
            bool isOne = ReferenceEquals(query, passage) && folder.Towers.IsShared;
            query = With(query, folder, folder.Towers.Query);
            passage = isOne ? query : With(passage, folder, folder.Towers.Passage);
        }

        return (query, passage);
    }

    /// <summary>Vectors of a model, taken through the adapters; the same where none are asked for. Each block is written over by the next.</summary>
    /// <param name="blocks">The vectors.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="ToolException">An adapter cannot be read or takes other dimensions, or it is not said which tower is meant.</exception>
    public IEnumerable<EmbeddingMatrix> Apply(IEnumerable<EmbeddingMatrix> blocks, ParseResult parsed, string source)
    {
        AdapterFolder[] folders = ReadAll(parsed);
        CheckTower(parsed, folders);
        return folders.Aggregate(blocks, (before, folder) => Through(before, folder, Side(parsed, folder), source));
    }

    /// <summary>Whether adapters are asked for.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(Adapter) is { Length: > 0 };

    private AdapterFolder[] ReadAll(ParseResult parsed) => [.. (parsed.GetValue(Adapter) ?? []).Select(AdapterFolder.Read)];

    private static void Note(AdapterFolder[] folders, string? prompt, TextWriter notes)
    {
        if (Array.Find(folders, folder => folder.Manifest.Prompt != prompt) is AdapterFolder other)
        {
            notes.WriteLine($"Note: the adapter '{other.Path}' was trained {Under(other.Manifest.Prompt)}, and texts are embedded {Under(prompt)}.");
        }

        static string Under(string? name) => name is null ? "without --prompt" : $"with --prompt {name}";
    }

    private void CheckTower(ParseResult parsed, AdapterFolder[] folders)
    {
        if (parsed.GetValue(Tower) is not null && !Array.Exists(folders, folder => !folder.Towers.IsShared))
        {
            throw new ToolException("--tower picks a side of an adapter of two towers, and none is given with --adapter. Leave it out.");
        }
    }

    private EmbeddingAdapter Side(ParseResult parsed, AdapterFolder folder) => folder.Towers.IsShared ? folder.Towers.Query : parsed.GetValue(Tower) switch
    {
        "query" => folder.Towers.Query,
        "passage" => folder.Towers.Passage,
        _ => throw new ToolException($"The adapter '{folder.Path}' has a tower for queries and one for passages. Say with --tower query or --tower passage which of them the texts are."),
    };

    private static EmbeddingModel With(EmbeddingModel model, AdapterFolder folder, EmbeddingAdapter adapter)
    {
        VectorSpace space = model.Space, trained = folder.Manifest.Model;
        return (space.ModelHash, space.Pooling, space.PostProcessing, space.Dimensions) == (trained.ModelHash, trained.Pooling, trained.PostProcessing, trained.Dimensions)
            ? model.WithTransform(adapter)
            : throw new ToolException($"The adapter '{folder.Path}' was trained for {Describe(trained)}; this is {Describe(space)}. Give --model the one that it was trained for, or train an adapter for this one with 'mlnet-embed adapt'.");
    }

    private static string Describe(VectorSpace space) =>
        $"the model '{space.ModelName}' ({space.Dimensions} dimensions, files {(space.ModelHash.Length > 8 ? space.ModelHash[..8] : space.ModelHash)}{(space.PostProcessing.Length > 0 ? ", " + space.PostProcessing : "")})";

    private static IEnumerable<EmbeddingMatrix> Through(IEnumerable<EmbeddingMatrix> blocks, AdapterFolder folder, EmbeddingAdapter adapter, string source)
    {
        long rows = 0;
        foreach (EmbeddingMatrix block in blocks)
        {
            yield return Through(block, folder, adapter, $"{source}, rows from {rows} on");
            rows += block.Rows;
        }
    }

    private static EmbeddingMatrix Through(EmbeddingMatrix block, AdapterFolder folder, EmbeddingAdapter adapter, string source)
    {
        if (block.Dimensions != adapter.InputDimensions)
        {
            throw new ToolException($"{source}: the vectors have {block.Dimensions} dimensions; the adapter '{folder.Path}' was trained for {Describe(folder.Manifest.Model)}. Give vectors of that model.");
        }

        try
        {
            return adapter.Apply(block, Environment.ProcessorCount);
        }
        catch (ArgumentException exception)
        {
            throw new ToolException($"{source}: {EvaluationReport.MessageOf(exception)}", exception);
        }
    }

    private static Option<string?> Towers(Option<string?> option)
    {
        option.AcceptOnlyFromAmong("query", "passage");
        return option;
    }
}
