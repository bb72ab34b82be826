using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Tool.Adapting;
using Mlnet.Embeddings.Tool.Training;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed adapt</c>: labels, pairs, triplets or judgements in, the folder of an adapter out, and what it changes.</summary>
internal sealed class AdaptCommand
{
    private readonly ModelOptions _model = new();
    private readonly AdaptData _data = new();
    private readonly AdaptSettings _settings = new();
    private readonly Option<string> _output = new("--output", "-o") { Description = "The folder to write; --adapter of the other commands takes it.", Required = true };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on where a stopped training with the same data and options was." };
    private readonly Option<string?> _curve = new("--curve") { Description = "Where to write the losses of each epoch, as CSV." };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object and nothing else." };
    private readonly ToolEnvironment _environment;

    private AdaptCommand(ToolEnvironment environment) => _environment = environment;

    public static Command Create(ToolEnvironment environment) => new AdaptCommand(environment).Command();

    private ToolCommand Command()
    {
        ToolCommand command = new("adapt", "Trains an adapter for a model's vectors on labels, pairs, triplets or judgements of your own, and tells what it changes.", "mlnet-embed adapt --train tickets.csv --text Text --label Label --output tickets-adapter", AdaptSettings.Losses());
        foreach (Option option in (Option[])[.. _model.All, .. _data.All, .. _settings.All, _resume, _output, _curve, _json])
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(parsed, cancellationToken)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            Train(parsed, cancellationToken);
            return ExitCodes.Success;
        }
        catch (ArgumentException exception)
        {
            throw new ToolException(FlagMessages.Of(exception, AdaptSettings.Flags), exception);
        }
        catch (Exception exception) when (exception is OverflowException or OutOfMemoryException)
        {
            throw new ToolException("An adapter of these sizes does not fit into memory. Give a smaller --width, --dimensions or --batch-size, or fewer rows.", exception);
        }
    }

    private void Train(ParseResult parsed, CancellationToken cancellationToken)
    {
        string folder = parsed.GetRequiredValue(_output);
        AdapterTrainerOptions options = _settings.Read(parsed);

        // What cannot be is told before anything is read or embedded.
        _ = new AdapterTrainer(options);
        CheckOutputs(parsed, folder);
        Stopwatch watch = Stopwatch.StartNew();
        TrainingProgress progress = new(_environment.Error);
        Func<EmbeddingModel, EmbeddingModel, AdaptTask> embed = _data.Read(parsed, options, progress, cancellationToken);
        using EmbeddingModel model = _model.Open(parsed, _environment, quiet: false, cancellationToken);
        bool hasRoles = _data.HasRoles(parsed) && parsed.GetValue(_model.Prompt) is null;
        AdaptTask task = embed(hasRoles ? WithFirstOf(model, "query") : model, hasRoles ? WithFirstOf(model, "passage", "document") : model);
        if (task.Mined is HardNegativeReport mined)
        {
            progress.Say(mined.ToString());
        }

        options.ValidationShare = 0;
        options.CheckpointPath = Checkpoint(parsed, folder, progress);
        AdaptOutcome outcome = new(folder, model.Space, parsed.GetValue(_model.Prompt), options, task.Rows, watch);
        AdapterTrainingResult result = Fit(parsed, task, options, outcome, progress, cancellationToken);
        AdapterReport? report = task.Compare?.Invoke(result.Towers, cancellationToken);
        outcome.Write(result, report, isComplete: true);
        WriteCurve(parsed, result);
        Tell(parsed, outcome, result, report, progress);
    }

    private AdapterTrainingResult Fit(ParseResult parsed, AdaptTask task, AdapterTrainerOptions options, AdaptOutcome outcome, TrainingProgress progress, CancellationToken cancellationToken)
    {
        bool isNew = !Directory.Exists(outcome.Folder);
        Directory.CreateDirectory(outcome.Folder);
        try
        {
            return new AdapterTrainer(options).Fit(task.Training, task.HeldOut, progress, cancellationToken);
        }
        catch (AdapterTrainingCanceledException exception)
        {
            WriteCurve(parsed, exception.Result);
            string kept = outcome.WriteLastGood(exception.Result);
            throw new StoppedException($"Stopped after {exception.Result.Steps:N0} steps; {kept} Run the same command with --resume to go on.", exception);
        }
        catch (AdapterTrainingDivergedException exception)
        {
            WriteCurve(parsed, exception.Result);
            string kept = outcome.WriteLastGood(exception.Result);
            throw new ToolException($"The training diverged after {exception.Result.Steps:N0} steps; {kept} Lower --learning-rate, or raise the temperature of --loss.", exception);
        }
        catch (InvalidDataException exception) when (parsed.GetValue(_resume))
        {
            // What another training has left is told with advice already.
            string advice = exception.Message.Contains("begin anew", StringComparison.Ordinal) ? "" : ". Leave out --resume to begin anew.";
            throw new ToolException((advice.Length > 0 ? exception.Message.TrimEnd('.') : exception.Message) + advice, exception);
        }
        finally
        {
            if (isNew && !Directory.EnumerateFileSystemEntries(outcome.Folder).Any())
            {
                Directory.Delete(outcome.Folder);
            }
        }
    }

    private void Tell(ParseResult parsed, AdaptOutcome outcome, AdapterTrainingResult result, AdapterReport? report, TrainingProgress progress)
    {
        if (parsed.GetValue(_json))
        {
            _environment.Out.WriteLine(outcome.ToJson(result, report));
            if (report is null || report.Verdict != AdapterVerdict.Better)
            {
                progress.Say(report?.Summary ?? NothingHeldOut(parsed));
            }
        }
        else
        {
            _environment.Out.Write(report?.ToText() ?? NothingHeldOut(parsed) + "\n");
            _environment.Out.WriteLine(outcome.Line(result));
        }

        progress.Say($"wrote {outcome.Folder}");
    }

    private string NothingHeldOut(ParseResult parsed)
    {
        double share = parsed.GetValue(_settings.ValidationShare);
        return "Nothing was held out, so what the adapter changes is not known. " + (parsed.GetValue(_data.Validation) is null && share > 0
            ? string.Create(CultureInfo.InvariantCulture, $"The rows are too few, or too many of them alike, for a --validation-share of {share}: raise it, or give rows with --validation.")
            : "Give rows with --validation, or a --validation-share above 0.");
    }

    private void CheckOutputs(ParseResult parsed, string folder)
    {
        if ((parsed.GetValue(_model.Adapters.Adapter) ?? []).FirstOrDefault(given => given.Length > 0 && Whole(given) == Whole(folder)) is string before)
        {
            throw new ToolException($"--output '{folder}' is a folder of --adapter too: what is trained behind '{before}' wants it later on. Give a folder of its own.");
        }

        OutputFolder.Check(folder);
        if (parsed.GetValue(_curve) is not string curve)
        {
            return;
        }

        // A curve in the folder itself is written when that is there.
        bool isNew = !Directory.Exists(folder) && Path.GetDirectoryName(Path.GetFullPath(curve)) == Whole(folder);
        if (isNew)
        {
            Directory.CreateDirectory(folder);
        }

        try
        {
            OutputFile.Check(curve, [.. _data.Files(parsed), .. AdapterFolder.FilesOf(folder)]);
        }
        finally
        {
            if (isNew)
            {
                Directory.Delete(folder);
            }
        }
    }

    private static string Whole(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private string Checkpoint(ParseResult parsed, string folder, TrainingProgress progress)
    {
        string path = AdapterFolder.CheckpointOf(folder);
        bool isThere = File.Exists(path);
        if (parsed.GetValue(_resume))
        {
            progress.Say(isThere ? $"going on from {path}" : $"there is no {path} to go on from; beginning at the start");
        }
        else if (isThere)
        {
            progress.Say($"beginning anew; {path} of a stopped training is dropped (--resume goes on from it)");
            File.Delete(path);
        }

        return path;
    }

    private void WriteCurve(ParseResult parsed, AdapterTrainingResult result)
    {
        if (parsed.GetValue(_curve) is string curve)
        {
            result.Curve.SaveCsv(curve);
        }
    }

    private static EmbeddingModel WithFirstOf(EmbeddingModel model, params string[] prompts) => prompts.FirstOrDefault(model.Prompts.ContainsKey) is string prompt ? model.WithPrompt(prompt) : model;
}
