using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Tests;

public sealed class ResumeTests
{
    private const int Rows = 5000;

    [Theory]
    [InlineData("csv", 1)]
    [InlineData("csv", 2)]
    [InlineData("jsonl", 3)]
    [InlineData("npy", 4)]
    [InlineData("npy", 5)]
    [InlineData("parquet", 6)]
    public async Task A_run_that_is_stopped_again_and_again_ends_with_the_same_bytes(string extension, int seed)
    {
        Assert.SkipUnless(TableFiles.KnowsParquet || extension != "parquet", "This build was made without DuckDB.NET.");
        using Scratch scratch = new();
        string input = Table(scratch);
        string whole = scratch["whole." + extension];
        string broken = scratch["broken." + extension];
        await Embed(input, whole);

        Random random = new(seed);
        int stops = 0;
        while (!File.Exists(broken))
        {
            using CancellationTokenSource stop = new();

            // The first run reaches its moment for sure; one may come before a part is written, so the last run is let through.
            int moment = stops < 8 ? random.Next(Rows / 10, stops == 0 ? Rows : Rows / 2) : int.MaxValue;
            FakeModel model = new(onTexts: texts =>
            {
                if (texts >= moment)
                {
                    stop.Cancel();
                }
            });
            ToolRun run = await ToolRun.Stoppable(Args(input, broken), _ => model, null, stop.Token);
            Assert.Contains(run.ExitCode, (int[])[0, 130]);
            stops += run.ExitCode == 130 ? 1 : 0;
        }

        Assert.True(stops > 0);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(broken));
        Assert.False(Directory.Exists(broken + ".parts"));
    }

    [Fact]
    public async Task A_stopped_run_says_how_to_go_on_and_leaves_no_output()
    {
        using Scratch scratch = new();
        string output = scratch["out.csv"];

        ToolRun run = await Stopped(Table(scratch), output);

        Assert.Equal(130, run.ExitCode);
        Assert.Contains("same command", run.Error);
        Assert.False(File.Exists(output));
        Assert.Empty(Directory.GetFiles(output + ".parts", "part-*.tmp"));
        Assert.NotEmpty(Directory.GetFiles(output + ".parts", "part-*.csv"));
    }

    [Fact]
    public async Task Another_model_input_or_option_does_not_continue_a_run_unless_told_to_restart()
    {
        using Scratch scratch = new();
        string input = Table(scratch);
        string output = scratch["out.csv"];
        await Stopped(input, output);

        (await ToolRun.Of(Args(input, output), _ => new FakeModel("other"))).AssertRefused("model", "--restart");
        (await ToolRun.Of([.. Args(input, output), "--embedding-column", "v"], _ => new FakeModel())).AssertRefused("embedding column", "--restart");
        (await ToolRun.Of(["embed", "--input", input, "--output", output, "--quiet", "--rows-per-part", "499"], _ => new FakeModel())).AssertRefused("rows per part", "--restart");
        File.AppendAllText(input, "1,more\n");
        (await ToolRun.Of(Args(input, output), _ => new FakeModel())).AssertRefused("length of the input", "--restart");
        File.WriteAllText(output + ".parts/manifest.json", "{");
        (await ToolRun.Of(Args(input, output), _ => new FakeModel())).AssertRefused("--restart");

        ToolRun run = await ToolRun.Of([.. Args(input, output), "--restart"], _ => new FakeModel());

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(File.ReadLines(input).Count(), File.ReadLines(output).Count());
    }

    [Fact]
    public async Task Joining_can_be_stopped_between_any_two_steps()
    {
        using Scratch scratch = new();
        string input = Table(scratch);
        string output = scratch["out.csv"];
        await Embed(input, output);
        byte[] expected = File.ReadAllBytes(output);

        for (int joined = 0; joined <= 11; joined++)
        {
            foreach (bool torn in (bool[])[false, true])
            {
                File.Delete(output);
                await LeaveHalfJoined(input, output, joined, torn);

                ToolRun run = await ToolRun.Of(Args(input, output), _ => new FakeModel(onTexts: _ => Assert.Fail("A finished row was embedded again.")));

                Assert.True(run.ExitCode == 0, run.Error);
                Assert.Equal(expected, File.ReadAllBytes(output));
                Assert.False(Directory.Exists(output + ".parts"));
            }
        }
    }

    [Fact]
    public async Task A_missing_part_is_told_of_and_nothing_is_written()
    {
        using Scratch scratch = new();
        string input = Table(scratch);
        string output = scratch["out.csv"];
        await LeaveHalfJoined(input, output, 0, torn: false);
        File.Delete(output + ".parts/part-00003.csv");

        (await ToolRun.Of(Args(input, output), _ => new FakeModel())).AssertRefused("--restart");
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task Two_runs_do_not_write_the_same_output()
    {
        using Scratch scratch = new();
        string input = Table(scratch);
        string output = scratch["out.csv"];
        ToolRun? second = null;
        FakeModel first = new(onTexts: _ => second ??= ToolRun.Of(Args(input, output), _ => new FakeModel()).GetAwaiter().GetResult());

        Assert.Equal(0, (await ToolRun.Of([.. Args(input, output)], _ => first)).ExitCode);
        second!.AssertRefused("Another");
    }

    [Fact]
    public async Task Two_runs_do_not_write_the_same_output_by_a_relative_path()
    {
        using Scratch scratch = new();
        string output = Path.GetRelativePath(Environment.CurrentDirectory, scratch["out.csv"]);
        string input = Table(scratch);
        ToolRun? second = null;
        FakeModel model = new(onTexts: _ => second ??= ToolRun.Of(Args(input, output), _ => new FakeModel()).GetAwaiter().GetResult());

        ToolRun first = await ToolRun.Of([.. Args(input, output), "--restart"], _ => model);

        Assert.True(first.ExitCode == 0, first.Error);
        second!.AssertRefused("Another mlnet-embed works");
    }

    [Fact]
    public async Task A_run_that_failed_before_it_finished_a_part_stands_in_nobodys_way()
    {
        using Scratch scratch = new();
        string output = scratch["out.csv"];
        string bad = scratch.Write("bad.csv", "text\n\"never closed\n");

        (await ToolRun.Of(["embed", "--input", bad, "--output", output], _ => new FakeModel())).AssertRefused("never closed");
        Assert.False(Directory.Exists(output + ".parts"));

        // The same after a crash, which leaves the folder behind.
        Directory.CreateDirectory(output + ".parts");
        File.WriteAllText(output + ".parts/manifest.json", """{ "version": 1, "run": { "input": "other.csv" }, "parts": [], "complete": false }""");
        ToolRun run = await ToolRun.Of(Args(Table(scratch), output), _ => new FakeModel());

        Assert.True(run.ExitCode == 0, run.Error);
    }

    [Fact]
    public async Task A_run_from_standard_input_is_not_continued()
    {
        using Scratch scratch = new();
        string input = Table(scratch);
        string output = scratch["out.csv"];
        string[] args = ["embed", "--input", "-", "--format", "csv", "--output", output, "--quiet", "--rows-per-part", "500"];
        using CancellationTokenSource stop = new();
        FakeModel model = new(onTexts: texts =>
        {
            if (texts > 3000)
            {
                stop.Cancel();
            }
        });
        Assert.Equal(130, (await ToolRun.Stoppable(args, _ => model, File.OpenRead(input), stop.Token)).ExitCode);

        (await ToolRun.Of(args, _ => new FakeModel(), File.OpenRead(input))).AssertRefused("standard input", "--restart");
        Assert.Equal(0, (await ToolRun.Of([.. args, "--restart"], _ => new FakeModel(), File.OpenRead(input))).ExitCode);
    }

    private static string Table(Scratch scratch) =>
        scratch.Write("in.csv", "id,text\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => i % 7 == 0 ? $"{i},\"text\nof {i}\"\n" : $"{i},text of {i}\n")));

    private static string[] Args(string input, string output) => ["embed", "--input", input, "--output", output, "--quiet", "--rows-per-part", "500"];

    private static async Task Embed(string input, string output)
    {
        ToolRun run = await ToolRun.Of(Args(input, output), _ => new FakeModel());
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private static Task<ToolRun> Stopped(string input, string output)
    {
        CancellationTokenSource stop = new();
        FakeModel model = new(onTexts: texts =>
        {
            if (texts > 3000)
            {
                stop.Cancel();
            }
        });
        return ToolRun.Stoppable(Args(input, output), _ => model, null, stop.Token);
    }

    // The folder as a run leaves it that is killed while it joins: some parts appended and gone, perhaps a piece of the next one appended.
    private static async Task LeaveHalfJoined(string input, string output, int joined, bool torn)
    {
        using CancellationTokenSource stop = new();
        ToolEnvironment environment = new() { Out = TextWriter.Null, Error = new OnJoining(stop), OpenInput = () => Stream.Null, OpenModel = _ => new FakeModel() };
        string[] loud = [.. Args(input, output).Where(a => a != "--quiet")];
        Assert.Equal(130, await MlnetEmbed.RunAsync(loud, environment, stop.Token));
        string folder = output + ".parts";
        string[] parts = [.. Directory.GetFiles(folder, "part-*.csv").Order()];
        Assert.Equal(10, parts.Length);
        if (joined == 0 && !torn)
        {
            return;
        }

        using FileStream file = File.Create(Path.Combine(folder, "joined.tmp"));
        file.Write("id,text,embedding\n"u8);
        foreach (string part in parts.Take(joined))
        {
            file.Write(File.ReadAllBytes(part));
            File.Delete(part);
        }

        if (torn && joined < 10)
        {
            file.Write(File.ReadAllBytes(parts[joined]).AsSpan(0, 100));
        }

        if (joined == 11)
        {
            file.Dispose();
            File.Move(Path.Combine(folder, "joined.tmp"), output);
        }
    }

    private sealed class OnJoining(CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value!.Contains("Joining"))
            {
                stop.Cancel();
            }
        }
    }
}
