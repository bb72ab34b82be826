namespace Mlnet.Embeddings.Tool.Tests;

/// <summary>One run of the tool inside the test's process: what it returned and what it wrote.</summary>
internal sealed record ToolRun(int ExitCode, string Out, string Error)
{
    public static Task<ToolRun> Of(string[] args, Func<string, EmbeddingModel>? openModel = null, Stream? input = null) =>
        Stoppable(args, openModel, input, TestContext.Current.CancellationToken);

    /// <summary>A run that the token stops, as Ctrl-C stops the process.</summary>
    public static async Task<ToolRun> Stoppable(string[] args, Func<string, EmbeddingModel>? openModel, Stream? input, CancellationToken cancellationToken)
    {
        StringWriter output = new();
        StringWriter error = new();
        ToolEnvironment environment = openModel is null
            ? new() { Out = output, Error = error, OpenInput = () => input ?? Stream.Null }
            : new() { Out = output, Error = error, OpenInput = () => input ?? Stream.Null, OpenModel = openModel };
        int exitCode = await MlnetEmbed.RunAsync(args, environment, cancellationToken);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Checks that the run refused its input: exit code 2 and one line that says what to do.</summary>
    public void AssertRefused(params string[] mentions)
    {
        Assert.Equal(2, ExitCode);
        Assert.Equal("", Out);
        string line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("mlnet-embed: ", line);
        Assert.DoesNotContain("   at ", line);
        Assert.All(mentions, mention => Assert.Contains(mention, line));
    }
}
