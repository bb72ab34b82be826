using System.CommandLine;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Tool.Tables;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>--with</c> of evaluations: a chain of transforms between model and score, fitted on what is not scored.</summary>
/// <remarks>Tasks with a training or corpus side fit on that; the others need texts of their own, so that nothing is ever fitted on test texts unasked.</remarks>
internal sealed class EvaluationChain
{
    private readonly Option<string?> _with = ChainOptions.With();
    private readonly Option<string?> _fit = new("--fit") { Description = "With --with: the table of texts to fit the chain on, other than those that are scored." };
    private Option<string?>? _text;

    /// <summary>Adds <c>--with</c>.</summary>
    public void AddTo(Command command) => command.Add(_with);

    /// <summary>Adds <c>--fit</c>, and <c>--text</c> where the command has none, for a task without a training side.</summary>
    public void AddFitTo(Command command)
    {
        command.Add(_fit);
        if (command.Options.All(o => o.Name != "--text"))
        {
            _text = new("--text") { Description = "With --fit: its column of texts, by name or by number from 1." };
            command.Add(_text);
        }
    }

    /// <summary>The texts of <c>--fit</c>.</summary>
    /// <exception cref="ToolException">They are not given, or cannot be read.</exception>
    public FitSide ReadFit(ParseResult parsed, TableReadingOptions reading, CancellationToken cancellationToken)
    {
        string? column = _text is not null ? parsed.GetValue(_text) : parsed.GetValue<string>("--text");
        if (parsed.GetValue(_fit) is not string path || column is null)
        {
            throw new ToolException("--with is fitted on texts other than those that are scored: give a table with --fit and its column with --text.");
        }

        return new(ColumnReader.Read(path, reading.Read(parsed, [column], allowExtraFields: true), [("--text", column)], cancellationToken)[0], path);
    }

    /// <summary>The chain, fitted on what a model gives; null where none is asked for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="reading">How files of vectors are read that the chain names.</param>
    /// <param name="fitSide">The texts to fit on; asked for only where there is a chain.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    public TransformChain? Fit(EmbeddingModel model, ParseResult parsed, TableReadingOptions reading, Func<FitSide> fitSide, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_with) is not string with)
        {
            return parsed.GetValue(_fit) is null && (_text is null || parsed.GetValue(_text) is null) ? null : throw new ToolException("--fit and --text say what a chain is fitted on; give the chain with --with.");
        }

        TransformRecipe recipe = ChainOptions.Parse(with, reading.Read(parsed, []), ChainOptions.DefaultColumn);
        FitSide side = fitSide();
        EmbeddingModel encoder = side.Prompts.FirstOrDefault(model.Prompts.ContainsKey) is string prompt ? model.WithPrompt(prompt) : model;
        return ChainOptions.Fit(recipe, [encoder.Encode(side.Texts, cancellationToken)], side.Source, cancellationToken);
    }

    /// <summary>A model with a fitted chain behind it.</summary>
    public static EmbeddingModel Behind(EmbeddingModel model, VectorTransform? chain) => chain is null ? model : model.WithTransform(chain);

    /// <summary>A model's name and the whole chain's: steps that were fitted know no arguments.</summary>
    public string Named(string model, ParseResult parsed) => parsed.GetValue(_with) is string with ? $"{model} + {with.Trim()}" : model;

    /// <summary>What a chain is fitted on.</summary>
    /// <param name="Texts">The texts.</param>
    /// <param name="Source">Where they come from, for messages.</param>
    /// <param name="Prompts">Names of prompts: the first that the model has is put before each text.</param>
    public sealed record FitSide(IReadOnlyList<string> Texts, string Source, params string[] Prompts);
}
