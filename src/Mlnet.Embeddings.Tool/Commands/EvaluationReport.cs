using System.CommandLine;
using System.Globalization;
using Mlnet.Embeddings.Evaluation;
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
        foreach (Option option in (Option[])[Model.Model, Model.Prompt, .. isTable ? (Option[])[Reading.Format, Reading.NoHeader] : [], Reading.Encoding, Seed, Json])
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
        EmbeddingModel transformed = Chain.Apply(model, parsed, Reading, fitSide, cancellationToken);
        EvaluationResult result;
        try
        {
            result = Chain.Named(evaluate(transformed), parsed, model);
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

    /// <summary>The options of rankings: prompts go by role unless one is asked for, which is then for queries and documents alike.</summary>
    public RankingEvaluationOptions Ranking(ParseResult parsed) => new() { Seed = parsed.GetValue(Seed), PromptsByRole = parsed.GetValue(Model.Prompt) is null };

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
