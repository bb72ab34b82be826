using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>Shows how far a run is, on standard error: a bar where a person watches, a line every few seconds in a log.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    /// <summary>Runs a job and shows what it reports.</summary>
    public static Task<T> RunAsync<T>(ToolEnvironment environment, bool quiet, Func<Action<EmbedProgress>, Task<T>> job) =>
        quiet ? job(_ => { })
        : environment.ErrorIsTerminal ? WithBar(environment.Error, job)
        : WithLines(environment.Error, job);

    private static Task<T> WithLines<T>(TextWriter error, Func<Action<EmbedProgress>, Task<T>> job)
    {
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan next = Between;
        return job(progress =>
        {
            if (progress.IsJoining || watch.Elapsed >= next)
            {
                next = watch.Elapsed + Between;
                error.WriteLine(progress.IsJoining ? "Joining the parts." : Line(progress, watch.Elapsed));
            }
        });
    }

    private static async Task<T> WithBar<T>(TextWriter error, Func<Action<EmbedProgress>, Task<T>> job)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        Stopwatch watch = Stopwatch.StartNew();
        return await console.Progress()
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("starting", maxValue: 1);
                return await job(progress =>
                {
                    bar.IsIndeterminate = double.IsNaN(progress.Fraction);
                    bar.Value = double.IsNaN(progress.Fraction) ? 0 : progress.Fraction;
                    bar.Description = progress.IsJoining ? "joining the parts" : Markup.Escape(Line(progress, watch.Elapsed));
                }).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    private static string Line(EmbedProgress progress, TimeSpan elapsed)
    {
        double rate = progress.Rows / Math.Max(elapsed.TotalSeconds, 1e-3);
        string line = string.Create(CultureInfo.InvariantCulture, $"{progress.Rows:N0} rows, {rate:N0} rows/s");
        if (double.IsNaN(progress.Fraction) || progress.Fraction <= 0)
        {
            return line;
        }

        TimeSpan left = elapsed * ((1 - progress.Fraction) / progress.Fraction);
        return string.Create(CultureInfo.InvariantCulture, $"{line}, {progress.Fraction:P0}, {(int)left.TotalHours}:{left:mm\\:ss} left");
    }
}
