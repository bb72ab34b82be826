using System.CommandLine;
using System.Globalization;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Transforms;
using Spectre.Console;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>The options of evaluations, and how their results are shown.</summary>
internal sealed class EvaluationReport
{
    public ModelOptions Model { get; } = new();

    public TableReadingOptions Reading { get; } = new();

    public Option<int> Seed { get; } = new("--seed") { Description = "Seed of every draw; 42 is MTEB's.", DefaultValueFactory = _ => 42 };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON object and nothing else." };

    public EvaluationChain Chain { get; } = new();

    /// <summary>Adds the options that every evaluation has.</summary>
    /// <param name="command">The evaluation.</param>
    /// <param name="isTable">Whether its data are a table of the user's, whose form options can say; a layout that names its files says it itself.</param>
    public void AddTo(Command command, bool isTable = true)
    {
        Chain.AddTo(command);
        foreach (Option option in (Option[])[.. Model.All, .. isTable ? (Option[])[Reading.Format, Reading.NoHeader] : [], Reading.Encoding, Seed, Json])
        {
            command.Add(option);
        }
    }

    /// <summary>Runs an evaluation and prints what it found.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">Where to print.</param>
    /// <param name="evaluate">The evaluation; what it refuses is the fault of the data.</param>
    /// <param name="fitSide">What a chain of <c>--with</c> is fitted on.</param>
    /// <param name="cancellationToken">Ends the download of a model, or the fit of a chain.</param>
    public int Run(ParseResult parsed, ToolEnvironment environment, Func<EmbeddingModel, EvaluationResult> evaluate, Func<EvaluationChain.FitSide> fitSide, CancellationToken cancellationToken)
    {
        using EmbeddingModel model = Model.Open(parsed, environment, quiet: false, cancellationToken);
        VectorTransform? chain = Chain.Fit(model, parsed, Reading, fitSide, cancellationToken);
        return Show(parsed, environment, model.Space.ModelName, () => evaluate(EvaluationChain.Behind(model, chain)));
    }

    /// <summary>Runs an evaluation of a ranking, with a model for queries and one for candidates where an adapter has a tower for each.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">Where to print.</param>
    /// <param name="evaluate">The evaluation by the model of candidates, with its options.</param>
    /// <param name="fitSide">What a chain of <c>--with</c> is fitted on: candidates.</param>
    /// <param name="cancellationToken">Ends the download of a model, or the fit of a chain.</param>
    public int RunRanking(ParseResult parsed, ToolEnvironment environment, Func<EmbeddingModel, RankingEvaluationOptions, EvaluationResult> evaluate, Func<EvaluationChain.FitSide> fitSide, CancellationToken cancellationToken)
    {
        (EmbeddingModel query, EmbeddingModel passage) = Model.OpenByRole(parsed, environment, quiet: false, cancellationToken);
        using EmbeddingModel model = passage;
        VectorTransform? chain = Chain.Fit(passage, parsed, Reading, fitSide, cancellationToken);

        // Prompts go by role unless one is asked for, which is then for queries and documents alike.
        RankingEvaluationOptions options = new()
        {
            Seed = parsed.GetValue(Seed),
            PromptsByRole = parsed.GetValue(Model.Prompt) is null,
            QueryModel = ReferenceEquals(query, passage) ? null : EvaluationChain.Behind(query, chain),
        };
        string name = ReferenceEquals(query, passage) ? passage.Space.ModelName : $"{query.Space.ModelName} and {passage.Space.ModelName}";
        return Show(parsed, environment, name, () => evaluate(EvaluationChain.Behind(passage, chain), options));
    }

    private int Show(ParseResult parsed, ToolEnvironment environment, string model, Func<EvaluationResult> evaluate)
    {
        EvaluationResult result;
        try
        {
            result = evaluate() with { Model = Chain.Named(model, parsed) };
        }
        catch (ArgumentException exception)
        {
            throw new ToolException(MessageOf(exception), exception);
        }

        if (parsed.GetValue(Json))
        {
            environment.Out.WriteLine(result.ToJson());
        }
        else
        {
            Print(result, environment.Out);
        }

        return ExitCodes.Success;
    }

    /// <summary>What a refusal says, without the parameter's name that the framework adds at the end: it says nothing to a user.</summary>
    public static string MessageOf(ArgumentException exception) =>
        exception.ParamName is string name ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : exception.Message;

    /// <summary>Documents to fit a chain on, embedded as rankings embed them.</summary>
    public EvaluationChain.FitSide Documents(ParseResult parsed, IReadOnlyList<string> texts) =>
        parsed.GetValue(Model.Prompt) is null ? new(texts, "the documents", "passage", "document") : new(texts, "the documents");

    private static void Print(EvaluationResult result, TextWriter output)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        output.WriteLine(string.Create(culture, $"{result.Task} with {result.Model}: {result.MainScore:0.0000} (95 % interval {result.Ci95.Low:0.0000} to {result.Ci95.High:0.0000}, n = {result.N:N0})"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        Table table = new Table().Border(TableBorder.Simple).AddColumn("score").AddColumn(new TableColumn("value").RightAligned());
        foreach ((string name, double value) in result.Scores)
        {
            table.AddRow(Markup.Escape(name), value.ToString("0.0000", culture));
        }

        console.Write(table);
        output.WriteLine(string.Create(culture, $"{result.Seconds:0.00} s, {result.TextsPerSecond:N0} texts/s embedded"));
    }
}
