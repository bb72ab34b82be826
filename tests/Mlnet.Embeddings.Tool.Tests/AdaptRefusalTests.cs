using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Mlnet.Embeddings.Tool.Tests;

/// <summary>What <c>adapt</c> and <c>--adapter</c> say of rows, sizes and files that do not do.</summary>
public sealed class AdaptRefusalTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task One_row_and_one_label_are_told_with_the_file_and_the_label()
    {
        (await Adapt("--train", _scratch.Write("row.csv", "text,label\nabc,a\n"), "--text", "text", "--label", "label")).AssertRefused("row.csv has only one row");
        (await Adapt("--train", Labels(30, labels: 1), "--text", "text", "--label", "label")).AssertRefused("labels.csv", "have the label 'l0'");
        Assert.False(Directory.Exists(_scratch["adapter"]));
    }

    [Theory]
    [InlineData("--width")]
    [InlineData("--dimensions")]
    public async Task Sizes_that_fit_no_memory_are_no_defect(string size)
    {
        (await Adapt("--train", Labels(30), "--text", "text", "--label", "label", "--kind", "mlp", size, "2000000000")).AssertRefused("does not fit into memory", "--width");
        Assert.False(Directory.Exists(_scratch["adapter"]));
    }

    [Fact]
    public async Task Standard_input_and_scores_beyond_single_precision_are_refused()
    {
        string scored = _scratch.Write("scored.csv", "q,d,s\nabc,abd,1\nxyz,xya,1e39\n");

        (await Adapt("--train", "-", "--text", "text", "--label", "label")).AssertRefused("Standard input is not read here");
        (await Adapt("--train", scored, "--left", "q", "--right", "d", "--score", "s")).AssertRefused("scored.csv, line 3", "1e39");
    }

    [Theory]
    [InlineData("adapter.safetensors")]
    [InlineData("passage.safetensors")]
    [InlineData("adapter.json")]
    [InlineData("training.checkpoint")]
    public async Task A_curve_does_not_take_the_place_of_a_file_of_the_adapter(string name)
    {
        (await Adapt("--train", Labels(30), "--text", "text", "--label", "label", "--curve", _scratch["adapter/" + name])).AssertRefused("named twice");
        Assert.False(Directory.Exists(_scratch["adapter"]));
    }

    [Fact]
    public async Task An_output_below_a_file_is_told_of()
    {
        _scratch.Write("file", "in the way");

        (await Run("adapt", "--train", Labels(30), "--text", "text", "--label", "label", "--output", _scratch["file/adapter"])).AssertRefused("file' is a file");
    }

    [Fact]
    public async Task An_adapter_that_is_wanted_later_on_is_not_written_over()
    {
        string[] args = ["--train", Labels(30), "--text", "text", "--label", "label", "--epochs", "1"];
        Assert.Equal(0, (await Adapt(args)).ExitCode);

        (await Adapt([.. args, "--adapter", _scratch["adapter"] + "/"])).AssertRefused("is a folder of --adapter too");
        Assert.Equal(0, (await Embed()).ExitCode);
    }

    [Fact]
    public async Task A_share_too_small_for_the_rows_is_told_from_none()
    {
        string[] args = ["--train", _scratch.Write("two.csv", "text,label\nabc,a\nxyz,b\n"), "--text", "text", "--label", "label"];

        ToolRun small = await Adapt(args), json = await Adapt([.. args, "--json"]), none = await Adapt([.. args, "--validation-share", "0"]);

        Assert.Contains("too few", small.Out);
        Assert.Contains("too few", json.Error);
        Assert.DoesNotContain("too few", none.Out);
    }

    [Fact]
    public async Task Held_out_rows_that_are_learnt_from_too_are_told_of()
    {
        string train = Labels(60), other = _scratch.Write("other.csv", File.ReadAllText(train).Replace("text0.", "elsewhere.", StringComparison.Ordinal));
        string fair = _scratch.Write("fair.csv", File.ReadAllText(train).Replace("text", "held", StringComparison.Ordinal).Replace("held,label", "text,label", StringComparison.Ordinal));
        string[] args = ["--train", train, "--text", "text", "--label", "label", "--validation"];

        ToolRun told = await Adapt([.. args, other]), silent = await Adapt([.. args, fair]);

        Assert.Contains("59 of the 60 rows of --validation are among those of --train", told.Error);
        Assert.True(silent.ExitCode == 0, silent.Error);
        Assert.DoesNotContain("Note:", silent.Error);
    }

    [Fact]
    public async Task The_verdict_is_told_once()
    {
        string[] args = ["--train", Labels(60), "--text", "text", "--label", "label", "--epochs", "1"];

        ToolRun table = await Adapt(args), json = await Adapt([.. args, "--json"]);

        Assert.Contains("cannot be told from so few", table.Out);
        Assert.DoesNotContain("cannot be told from so few", table.Error);
        Assert.Contains("cannot be told from so few", json.Error);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_told_of_with_what_to_do()
    {
        Directory.CreateDirectory(_scratch["adapter"]);
        _scratch.Write("adapter/training.checkpoint", "no checkpoint");

        ToolRun run = await Adapt("--train", Labels(30), "--text", "text", "--label", "label", "--resume");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("training.checkpoint", run.Error);
        Assert.EndsWith("Leave out --resume to begin anew.", run.Error.TrimEnd());
    }

    [Fact]
    public async Task Weights_that_are_damaged_in_spite_of_their_hash_are_named()
    {
        Assert.Equal(0, (await Adapt("--train", Labels(30), "--text", "text", "--label", "label", "--epochs", "1")).ExitCode);
        byte[] weights = File.ReadAllBytes(_scratch["adapter/adapter.safetensors"]);
        Random random = new(5);
        for (int attempt = 0; attempt < 40; attempt++)
        {
            byte[] damaged = attempt == 0 ? [] : [.. weights.AsSpan(0, random.Next(weights.Length))];
            if (attempt % 2 == 1)
            {
                damaged = [.. weights];
                damaged[random.Next(weights.Length)] ^= (byte)random.Next(1, 256);
            }

            Forge(damaged);
            (await Embed()).AssertRefused("adapter.safetensors'", "Train the adapter again");
        }
    }

    [Fact]
    public async Task A_later_version_asks_for_a_later_tool()
    {
        Assert.Equal(0, (await Adapt("--train", Labels(30), "--text", "text", "--label", "label", "--epochs", "1")).ExitCode);
        Change(manifest => manifest["version"] = 2);

        (await Embed()).AssertRefused("version 2", "Update mlnet-embed");
    }

    [Fact]
    public async Task A_link_to_a_device_is_no_endless_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no /dev/zero here.");
        Assert.Equal(0, (await Adapt("--train", Labels(30), "--text", "text", "--label", "label", "--epochs", "1")).ExitCode);
        File.Delete(_scratch["adapter/adapter.safetensors"]);
        File.CreateSymbolicLink(_scratch["adapter/adapter.safetensors"], "/dev/zero");

        (await Embed()).AssertRefused("adapter.safetensors'");
    }

    private void Forge(byte[] weights)
    {
        _scratch.Write("adapter/adapter.safetensors", weights);
        Change(manifest => manifest["files"]!["adapter.safetensors"] = Convert.ToHexStringLower(SHA256.HashData(weights)));
    }

    private void Change(Action<JsonNode> change)
    {
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(_scratch["adapter/adapter.json"]))!;
        change(manifest);
        _scratch.Write("adapter/adapter.json", manifest.ToJsonString());
    }

    private string Labels(int rows, int labels = 2) => _scratch.Write("labels.csv", "text,label\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"text{i}.,l{i % labels}\n")));

    private Task<ToolRun> Embed() => Run("embed", "--input", _scratch.Write("texts.txt", "abc\nxyz\n"), "--output", _scratch["out.npy"], "--adapter", _scratch["adapter"], "--quiet");

    private Task<ToolRun> Adapt(params string[] args) => Run(["adapt", .. args, "--output", _scratch["adapter"]]);

    private static Task<ToolRun> Run(params string[] args) => ToolRun.Of(args, _ => new FakeModel(dimensions: 32));
}
