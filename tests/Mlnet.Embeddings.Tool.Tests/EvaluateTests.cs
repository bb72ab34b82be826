using System.Text.Json;

namespace Mlnet.Embeddings.Tool.Tests;

public sealed class EvaluateTests
{
    private static readonly string[] Keys = ["task", "main_score", "scores", "ci95", "n", "seconds", "texts_per_second", "model"];

    [Theory]
    [InlineData("mteb")]
    [InlineData("full")]
    public async Task Classification_as_json_is_one_object_and_nothing_else(string protocol)
    {
        using Scratch scratch = new();
        string train = scratch.Write("train.csv", "Text,Label\n" + Labeled(0, 200));
        string test = scratch.Write("test.tsv", "text\tLABEL\n" + Labeled(200, 60).Replace(',', '\t'));

        ToolRun run = await Evaluate("classification", "--train", train, "--test", test, "--text", "text", "--label", "label", "--protocol", protocol, "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("", run.Error);
        JsonElement result = OneObject(run.Out);
        Assert.Equal("classification", result.GetProperty("task").GetString());
        Assert.Equal(60, result.GetProperty("n").GetInt32());
        Assert.InRange(result.GetProperty("main_score").GetDouble(), 0.9, 1);
        Assert.Equal("fake", result.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Sts_takes_columns_by_number_from_a_file_without_header_and_leaves_out_rows_without_score()
    {
        using Scratch scratch = new();
        string data = scratch.Write("sts.csv", "news\t1.5\t\"It begins\tit ends\"\nnews\t5\tsame\tsame\tan extra field\nnews\t\tno\tscore\nnews\t0\taaaa\tzzzzzz\n");

        ToolRun run = await Evaluate("sts", "--data", data, "--left", "3", "--right", "4", "--score", "2", "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(3, OneObject(run.Out).GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task Without_json_a_table_shows_the_scores()
    {
        using Scratch scratch = new();
        string data = scratch.Write("sts.jsonl", "{\"a\":\"x\",\"b\":\"x\",\"s\":5}\n{\"a\":\"x\",\"b\":\"yy\",\"s\":1}\n{\"a\":\"xy\",\"b\":\"xyz\",\"s\":3}\n");

        ToolRun run = await Evaluate("sts", "--data", data, "--left", "a", "--right", "B", "--score", "s");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith("sts with fake: ", run.Out);
        Assert.Contains("cosine_spearman", run.Out);
    }

    [Fact]
    public async Task The_sts_benchmark_is_read_whole()
    {
        string? folder = SharedData.Folder("sts/stsbenchmark");
        Assert.SkipUnless(folder is not null, "The shared data is not beside this repository.");

        foreach ((string split, int pairs) in ((string, int)[])[("train", 5749), ("dev", 1500), ("test", 1379)])
        {
            ToolRun run = await Evaluate("sts", "--data", Path.Combine(folder!, $"sts-{split}.csv"), "--left", "6", "--right", "7", "--score", "5", "--json");
            Assert.True(run.ExitCode == 0, run.Error);
            Assert.Equal(pairs, OneObject(run.Out).GetProperty("n").GetInt32());
        }
    }

    [Fact]
    public async Task Banking77_is_read_whole()
    {
        string? folder = SharedData.Folder("classification/banking77");
        Assert.SkipUnless(folder is not null, "The shared data is not beside this repository.");

        ToolRun run = await Evaluate("classification", "--train", Path.Combine(folder!, "train.csv"), "--test", Path.Combine(folder!, "test.csv"), "--text", "Text", "--label", "Category", "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(3080, OneObject(run.Out).GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task A_file_whose_name_does_not_say_what_it_is_can_be_named_a_format()
    {
        using Scratch scratch = new();
        string rows = scratch.Write("SMSCollection", Labeled(0, 40).Replace(',', '\t'));

        (await Evaluate("classification", "--train", rows, "--test", rows, "--text", "1", "--label", "2")).AssertRefused("--format");
        ToolRun run = await Evaluate("classification", "--train", rows, "--test", rows, "--text", "1", "--label", "2", "--format", "tsv", "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(40, OneObject(run.Out).GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task A_packed_file_that_is_named_as_a_table_is_told_of()
    {
        using Scratch scratch = new();
        string zipped = scratch.Write("gz.csv", [0x1F, 0x8B, 8, 0, 0, 0, 10, 0, 3]);
        string sheet = scratch.Write("sheet.csv", "PK\u0003\u0004..."u8.ToArray());

        foreach (string encoding in (string[])["utf-8", "latin1"])
        {
            (await Evaluate("sts", "--data", zipped, "--left", "a", "--right", "b", "--score", "s", "--encoding", encoding)).AssertRefused("gz.csv", "gzip");
            (await Evaluate("sts", "--data", sheet, "--left", "a", "--right", "b", "--score", "s", "--encoding", encoding)).AssertRefused("sheet.csv", "zip");
        }
    }

    [Fact]
    public async Task Bad_data_is_refused_in_one_line()
    {
        using Scratch scratch = new();
        string pairs = scratch.Write("pairs.csv", "a,b,s\nx,y,many\n");
        string one = scratch.Write("one.csv", "text,label\nx,only\ny,only\n");
        string none = scratch.Write("none.csv", "text,label\n");

        (await Evaluate("sts", "--data", pairs, "--left", "a", "--right", "b", "--score", "s")).AssertRefused("pairs.csv, line 2", "many");
        (await Evaluate("sts", "--data", pairs, "--left", "1", "--right", "2", "--score", "3")).AssertRefused("line 1", "--no-header false");
        (await Evaluate("sts", "--data", pairs, "--left", "a", "--right", "c", "--score", "s")).AssertRefused("a, b, s", "--right");
        (await Evaluate("classification", "--train", one, "--test", one, "--text", "text", "--label", "label")).AssertRefused();
        (await Evaluate("classification", "--train", none, "--test", one, "--text", "text", "--label", "label")).AssertRefused("none.csv");
        (await Evaluate("classification", "--train", one, "--test", one, "--text", "text", "--label", "label", "--protocol", "half")).AssertRefused("half");
    }

    private static string Labeled(int first, int count) =>
        string.Concat(Enumerable.Range(first, count).Select(i => i % 2 == 0 ? $"{new string('a', 1 + (i % 4))},even\n" : $"{new string('q', 1 + (i % 4))},odd\n"));

    private static JsonElement OneObject(string output)
    {
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(Keys, document.RootElement.EnumerateObject().Select(p => p.Name));
        return document.RootElement.Clone();
    }

    private static Task<ToolRun> Evaluate(params string[] args) => ToolRun.Of(["evaluate", .. args], _ => new FakeModel(dimensions: 16));
}
