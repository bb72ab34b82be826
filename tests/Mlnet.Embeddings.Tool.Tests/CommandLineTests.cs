namespace Mlnet.Embeddings.Tool.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("embed")]
    [InlineData("evaluate")]
    [InlineData("evaluate", "classification")]
    [InlineData("evaluate", "sts")]
    [InlineData("train-static")]
    public async Task Help_of_a_command_ends_with_an_example(params string[] command)
    {
        ToolRun run = await ToolRun.Of([.. command, "--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Contains("Example:\n  mlnet-embed " + string.Join(' ', command), run.Out);
    }

    [Fact]
    public async Task Version_is_one_line_of_numbers()
    {
        ToolRun run = await ToolRun.Of(["--version"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", run.Out);
    }

    [Theory]
    [InlineData("embed", "--nonsense")]
    [InlineData("embed", "--input", "a.csv")]
    [InlineData("nonsense")]
    public async Task Bad_flags_are_refused_in_one_line_that_points_to_the_help(params string[] args) =>
        (await ToolRun.Of(args)).AssertRefused("--help");
}
