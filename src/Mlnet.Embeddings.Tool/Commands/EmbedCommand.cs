using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Mlnet.Embeddings.Tool.Embedding;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary><c>mlnet-embed embed</c>: a table of texts in, the table with its embeddings out.</summary>
internal static class EmbedCommand
{
    public static Command Create(ToolEnvironment environment)
    {
        ModelOptions model = new();
        TableReadingOptions reading = new();
        Option<string> input = new("--input", "-i") { Description = "The table: .csv, .tsv, .jsonl, .ndjson, .parquet, .txt (a text a line), or - for standard input.", Required = true };
        Option<string?> text = new("--text-column", "-c") { Description = "The column of texts, by name or by number from 1. [default: text, else the only column]" };
        Option<string> output = new("--output", "-o") { Description = "Where to write: .csv, .tsv, .jsonl or .parquet (the table and its embeddings), or .npy (the embeddings alone).", Required = true };
        Option<string> column = new("--embedding-column") { Description = "What the new column is called.", DefaultValueFactory = _ => EmbedOptions.DefaultEmbeddingColumn };
        Option<int> rows = new("--rows-per-part") { Description = "Rows after which the work is safe from being killed.", DefaultValueFactory = _ => EmbedOptions.DefaultRowsPerPart };
        Option<bool> restart = new("--restart") { Description = "Begin again, and throw away what a stopped run has finished." };
        Option<bool> quiet = new("--quiet", "-q") { Description = "Show no progress." };
        ToolCommand command = new("embed", "Embeds a column of a table.", "mlnet-embed embed --input reviews.csv --text-column body --output reviews.npy")
        {
            model.Model, input, reading.Format, text, model.Prompt, model.Adapters.Adapter, model.Adapters.Tower, output, column, reading.NoHeader, reading.Encoding, rows, restart, quiet,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            string from = parsed.GetRequiredValue(input);
            string to = parsed.GetRequiredValue(output);
            string? textColumn = parsed.GetValue(text);
            EmbedOptions options = new()
            {
                Input = from,
                InputFormat = TableFormats.OfInput(from, parsed.GetValue(reading.Format)),
                Output = to,
                OutputFormat = TableFormats.OfOutput(to),
                TextColumn = textColumn,
                EmbeddingColumn = parsed.GetRequiredValue(column),
                RowsPerPart = parsed.GetValue(rows),
                Restart = parsed.GetValue(restart),
                Table = reading.Read(parsed, textColumn is null ? [] : [textColumn]),
            };
            Check(options);
            return RunAsync(environment, options, () => model.Open(parsed, environment, parsed.GetValue(quiet), cancellationToken), parsed.GetValue(quiet), cancellationToken);
        });
        return command;
    }

    private static void Check(EmbedOptions options)
    {
        if (options.RowsPerPart < 1)
        {
            throw new ToolException("--rows-per-part must be at least 1.");
        }

        if (options.EmbeddingColumn.Length == 0)
        {
            throw new ToolException("--embedding-column is empty. Give the new column a name.");
        }

        string output = Path.GetFullPath(options.Output);
        if (options.Input != "-" && output == Path.GetFullPath(options.Input))
        {
            throw new ToolException($"'{options.Output}' is the input too. Write to another file.");
        }

        if (Directory.Exists(output))
        {
            throw new ToolException($"'{options.Output}' is a folder. Give a file to write.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(output)))
        {
            throw new ToolException($"There is no folder '{Path.GetDirectoryName(options.Output)}' to write '{Path.GetFileName(options.Output)}' into. Make it first.");
        }
    }

    private static async Task<int> RunAsync(ToolEnvironment environment, EmbedOptions options, Func<EmbeddingModel> open, bool quiet, CancellationToken cancellationToken)
    {
        using TableReader table = options.Input == "-"
            ? TableFiles.Open(environment.OpenInput(), "standard input", options.InputFormat, options.Table)
            : TableFiles.Open(options.Input, options.InputFormat, options.Table);
        using EmbeddingModel model = open();
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            EmbedResult result = await ProgressDisplay.RunAsync(environment, quiet, report => EmbedJob.RunAsync(options, model, table, report, cancellationToken)).ConfigureAwait(false);
            if (!quiet)
            {
                Summarize(environment.Error, options, result, watch.Elapsed);
            }

            return ExitCodes.Success;
        }
        catch (IOException exception) when (DiskSpace.IsExhausted(exception))
        {
            throw new ToolException($"The disk of '{options.Output}' is full. Make room and run the same command again: it goes on where it stopped.", exception);
        }
        catch (OperationCanceledException exception) when (options.Input != "-" && cancellationToken.IsCancellationRequested)
        {
            throw new StoppedException("Stopped. Run the same command again to go on where it stopped.", exception);
        }
    }

    private static void Summarize(TextWriter error, EmbedOptions options, EmbedResult result, TimeSpan elapsed)
    {
        double rate = (result.Rows - result.Resumed) / Math.Max(elapsed.TotalSeconds, 1e-3);
        string before = result.Resumed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {result.Resumed:N0} of them by an earlier run") : "";
        string empty = result.EmptyTexts > 0 ? string.Create(CultureInfo.InvariantCulture, $" {result.EmptyTexts:N0} rows have no text and got the vector of the empty one.") : "";
        error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote {result.Rows:N0} rows to {options.Output}{before}, in {elapsed.TotalSeconds:0.0} s ({rate:N0} rows/s).{empty}"));
    }
}
