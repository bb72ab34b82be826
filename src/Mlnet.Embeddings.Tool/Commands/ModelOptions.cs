using System.CommandLine;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>The options that pick a model, the same for every command.</summary>
internal sealed class ModelOptions
{
    public Option<string> Model { get; } = new("--model", "-m") { Description = "'default' for the bundled model, a folder that holds one, or 'hub:' and the name of one on the Hugging Face hub, such as hub:minishlab/potion-base-8M (@ and a revision may follow).", DefaultValueFactory = _ => ModelSource.Default };

    public Option<string?> Prompt { get; } = new("--prompt") { Description = "The name of one of the model's prompts to put before each text." };

    public AdapterOptions Adapters { get; } = new();

    /// <summary>All of them.</summary>
    public Option[] All => [Model, Prompt, Adapters.Adapter, Adapters.Tower];

    /// <summary>Opens the model that the command line asks for, with its adapters behind it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">Where the progress of a download is shown.</param>
    /// <param name="quiet">Whether it is not.</param>
    /// <param name="cancellationToken">Ends a download.</param>
    /// <exception cref="ToolException">There is none, or it cannot be read, or it has no such prompt, or an adapter does not fit it.</exception>
    public EmbeddingModel Open(ParseResult parsed, ToolEnvironment environment, bool quiet, CancellationToken cancellationToken) =>
        Adapters.Apply(OpenPlain(parsed, environment, quiet, cancellationToken), parsed, parsed.GetValue(Prompt), environment.Error);

    /// <summary>Opens the model of queries and that of passages, which differ where an adapter has a tower for each.</summary>
    /// <inheritdoc cref="Open"/>
    public (EmbeddingModel Query, EmbeddingModel Passage) OpenByRole(ParseResult parsed, ToolEnvironment environment, bool quiet, CancellationToken cancellationToken) =>
        Adapters.ApplyByRole(OpenPlain(parsed, environment, quiet, cancellationToken), parsed, parsed.GetValue(Prompt), environment.Error);

    private EmbeddingModel OpenPlain(ParseResult parsed, ToolEnvironment environment, bool quiet, CancellationToken cancellationToken)
    {
        string name = parsed.GetRequiredValue(Model);
        EmbeddingModel model = environment.OpenModel is { } open ? open(name) : ModelSource.Open(name, quiet ? null : environment.Error, cancellationToken);
        if (parsed.GetValue(Prompt) is not string prompt)
        {
            return model;
        }

        if (model.Prompts.ContainsKey(prompt))
        {
            return model.WithPrompt(prompt);
        }

        string known = model.Prompts.Count == 0 ? "it has none; leave --prompt out" : "it has " + string.Join(", ", model.Prompts.Keys.Order(StringComparer.Ordinal));
        throw new ToolException($"The model '{model.Space.ModelName}' has no prompt '{prompt}': {known}.");
    }
}
