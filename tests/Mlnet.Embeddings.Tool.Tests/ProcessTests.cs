using System.Diagnostics;
using System.Text.Json;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Tests;

/// <summary>The tool as users have it: a process of its own, with files, signals and exit codes.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData("csv", 3)]
    [InlineData("npy", 4)]
    [InlineData("parquet", 5)]
    public async Task A_run_that_is_killed_at_any_moment_is_continued_to_the_same_bytes(string extension, int seed)
    {
        Assert.SkipUnless(TableFiles.KnowsParquet || extension != "parquet", "This build was made without DuckDB.NET.");
        using Scratch scratch = new();
        string[] args = ["embed", "--model", TinyModel.Write(scratch), "--input", Table(scratch, 60_000), "--rows-per-part", "4000", "--quiet", "--output"];
        string whole = scratch["whole." + extension];
        string killed = scratch["killed." + extension];
        Stopwatch watch = Stopwatch.StartNew();
        (int exitCode, _, string error) = await Run([.. args, whole]);
        Assert.True(exitCode == 0, error);
        int duration = (int)watch.ElapsedMilliseconds;

        Random random = new(seed);
        for (int kills = 0; !File.Exists(killed); kills++)
        {
            // A run that is killed as often as this must still end.
            using Process process = Start([.. args, killed]);
            if (kills < 6 && !process.WaitForExit(random.Next(duration / 4, duration)))
            {
                process.Kill();
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Contains(process.ExitCode, (int[])[0, 137]);
        }

        Assert.Equal(await File.ReadAllBytesAsync(whole, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(killed, TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(killed + ".parts"));
    }

    [Fact]
    public async Task Ctrl_c_ends_with_130_and_one_line()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent with kill.");
        Assert.SkipWhen(IgnoresInterrupts(), "These tests run in the background of a shell, where Ctrl-C is ignored and a child process inherits that.");
        using Scratch scratch = new();
        string output = scratch["out.jsonl"];
        using Process process = Start(["embed", "--model", TinyModel.Write(scratch), "--input", Table(scratch, 400_000), "--rows-per-part", "500", "--output", output]);
        while (!process.HasExited && !File.Exists(output + ".parts/part-00001.jsonl"))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        using (Process kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
        Assert.EndsWith("mlnet-embed: Stopped. Run the same command again to go on where it stopped.\n", error);
        Assert.False(File.Exists(output));
        Assert.True(File.Exists(output + ".parts/manifest.json"));
    }

    [Fact]
    public async Task A_full_disk_is_exit_code_2_and_one_line()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        using Scratch scratch = new();
        string output = scratch["out.csv"];
        string[] args = ["embed", "--model", TinyModel.Write(scratch), "--input", Table(scratch, 2000), "--output", output, "--rows-per-part", "50", "--quiet"];
        using CancellationTokenSource stop = new();
        Assert.Equal(130, (await ToolRun.Stoppable(args, folder => new StoppingModel(EmbeddingModel.FromFolder(folder), 1500, stop), null, stop.Token)).ExitCode);

        // The file of the next part leads to a disk that is always full.
        int finished = Directory.GetFiles(output + ".parts", "part-*.csv").Length;
        Assert.True(finished > 0);
        File.CreateSymbolicLink($"{output}.parts/part-{finished + 1:D5}.csv.tmp", "/dev/full");

        (int exitCode, string standardOutput, string error) = await Run(args);

        new ToolRun(exitCode, standardOutput, error).AssertRefused("full", "same command");
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task Evaluation_prints_its_json_on_standard_output_alone()
    {
        using Scratch scratch = new();
        string data = scratch.Write("sts.csv", "a,b,s\nred,red,5\nred,zulu,1\nblue,blues,4\n");

        (int exitCode, string output, string error) = await Run("evaluate", "sts", "--model", TinyModel.Write(scratch), "--data", data, "--left", "a", "--right", "b", "--score", "s", "--json");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal("tiny-model", JsonDocument.Parse(output).RootElement.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("embed", "--model", "no-such-model", "--input", "INPUT", "--output", "OUTPUT")]
    [InlineData("embed", "--model", "FOLDER", "--input", "INPUT", "--output", "OUTPUT")]
    [InlineData("evaluate", "sts", "--data", "no-such-file.csv", "--left", "a", "--right", "b", "--score", "c")]
    [InlineData("--nonsense")]
    public async Task What_cannot_be_done_is_exit_code_2_and_one_line(params string[] args)
    {
        using Scratch scratch = new();
        string input = Table(scratch, 3);
        for (int i = 0; i < args.Length; i++)
        {
            args[i] = args[i] switch { "INPUT" => input, "OUTPUT" => scratch["out.csv"], "FOLDER" => Path.GetDirectoryName(input)!, string other => other };
        }

        (int exitCode, string output, string error) = await Run(args);

        new ToolRun(exitCode, output, error).AssertRefused();
    }

    [Fact]
    public async Task Without_a_model_the_bundled_one_embeds()
    {
        using Scratch scratch = new();
        string input = scratch.Write("in.txt", "a card\n");

        (int exitCode, _, string error) = await Run("embed", "--input", input, "--output", scratch["out.jsonl"]);

        Assert.True(exitCode == 0, error);
        using JsonDocument row = JsonDocument.Parse(await File.ReadAllTextAsync(scratch["out.jsonl"], TestContext.Current.CancellationToken));
        Assert.Equal(EmbeddingModel.Default.Encode("a card"), row.RootElement.GetProperty("embedding").Deserialize<float[]>()!);
    }

    private static string Table(Scratch scratch, int rows) =>
        scratch.Write("in.csv", "id,text\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i},the text of row {i * 7919 % 10007}\n")));

    private static Process Start(params string[] args)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "mlnet-embed.dll"));
        foreach (string arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return Process.Start(start)!;
    }

    private static async Task<(int ExitCode, string Out, string Error)> Run(params string[] args)
    {
        using Process process = Start(args);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    // The mask of ignored signals; SIGINT is number 2.
    private static bool IgnoresInterrupts() =>
        File.Exists("/proc/self/status")
        && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) is string line
        && (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) & 2) != 0;

    /// <summary>A model that asks for the end after some texts.</summary>
    private sealed class StoppingModel(EmbeddingModel model, int texts, CancellationTokenSource stop) : EmbeddingModel
    {
        private int _texts;

        public override VectorSpace Space => model.Space;

        public override void Encode(ReadOnlySpan<ReadOnlyMemory<char>> batch, Span<float> destination, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Add(ref _texts, batch.Length) >= texts)
            {
                stop.Cancel();
            }

            model.Encode(batch, destination, cancellationToken);
        }
    }
}
