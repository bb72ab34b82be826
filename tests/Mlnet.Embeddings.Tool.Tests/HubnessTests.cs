using System.Text.Json;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Tool.Vectors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tool.Tests;

public sealed class HubnessTests
{
    private static readonly string[] Reductions = ["nicdm", "local-scaling", "csls", "mp-empirical", "mp-gaussian", "mp-gamma", "dis-sim-local"];

    [Fact]
    public async Task Vectors_of_a_file_are_measured_as_the_library_measures_them()
    {
        using Scratch scratch = new();
        EmbeddingMatrix rows = Random(120, 8);
        JsonElement json = await Json(["--input", Npy(scratch, rows), "--k", "5", "--metric", "euclidean"]);

        NeighborLists lists = new ExactNeighbors(rows, VectorMetric.Euclidean).QueryRows(5, cancellationToken: TestContext.Current.CancellationToken);
        HubnessMeasures expected = HubnessReport.Of(lists, cancellationToken: TestContext.Current.CancellationToken).Base.Measures;
        Assert.Equal(120, json.GetProperty("n").GetInt32());
        Assert.Equal(5, json.GetProperty("k").GetInt32());
        Assert.Equal(expected.Skewness, json.GetProperty("skewness").GetDouble(), 1e-12);
        Assert.Equal(expected.RobinHood, json.GetProperty("robin_hood").GetDouble(), 1e-12);
        Assert.Equal(expected.AntiHubRate, json.GetProperty("anti_hub_rate").GetDouble(), 1e-12);
        Assert.Equal(expected.HubRate, json.GetProperty("hub_rate").GetDouble(), 1e-12);
        Assert.Equal(expected.HubOccurrence, json.GetProperty("hub_occurrence").GetDouble(), 1e-12);
        Assert.Equal(expected.Gini, json.GetProperty("gini").GetDouble(), 1e-12);
        Assert.False(json.TryGetProperty("knn_error", out _) || json.TryGetProperty("reduced", out _));
    }

    [Fact]
    public async Task Each_reduction_and_a_chain_before_it_give_a_reduced_space()
    {
        using Scratch scratch = new();
        EmbeddingMatrix rows = Random(150, 6);
        string file = Npy(scratch, rows);
        EmbeddingMatrix mapped = TransformRecipe.Parse("center,fnorm").Fit(rows).Apply(rows);
        foreach (string reduction in Reductions)
        {
            JsonElement json = await Json(["--input", file, "--with", "center,fnorm", "--reduce", reduction, "--candidates", "60"]);
            HubnessReductionKind kind = Enum.GetValues<HubnessReductionKind>().Single(k => ToolName(k) == reduction);
            HubnessReduction expected = HubnessReduction.Fit(new ExactNeighbors(mapped, tieSeed: 42), kind, new() { Candidates = 60 }, cancellationToken: TestContext.Current.CancellationToken);
            HubnessReport report = HubnessReport.Of(expected.QueryRows(10, cancellationToken: TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(report.Base.Measures.Skewness, json.GetProperty("reduced").GetProperty("skewness").GetDouble(), 1e-9);
            Assert.NotEqual(json.GetProperty("skewness").GetDouble(), json.GetProperty("reduced").GetProperty("skewness").GetDouble());
            Assert.Equal("center,fnorm + " + reduction, json.GetProperty("reduced").GetProperty("space").GetString());
        }

        JsonElement chain = await Json(["--input", file, "--with", "center"]);
        Assert.Equal("center", chain.GetProperty("reduced").GetProperty("space").GetString());
    }

    [Fact]
    public async Task Texts_of_a_table_go_through_the_model_and_labels_give_an_error()
    {
        using Scratch scratch = new();
        string table = scratch.Write("t.csv", "topic,text\n" + string.Join('\n', Enumerable.Range(0, 60).Select(i => $"{(i % 2 == 0 ? "even" : "odd")},text number {i * i}")) + "\n");
        ToolRun run = await ToolRun.Of(["hubness", "--data", table, "--text", "text", "--label", "topic", "--json", "--reduce", "nicdm", "--html", scratch["r.html"]], _ => new FakeModel());
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement json = JsonDocument.Parse(run.Out).RootElement;
        Assert.InRange(json.GetProperty("knn_error").GetDouble(), 0, 1);
        Assert.InRange(json.GetProperty("reduced").GetProperty("knn_error").GetDouble(), 0, 1);
        Assert.StartsWith("text number", json.GetProperty("worst_hubs")[0].GetProperty("text").GetString());
        string html = File.ReadAllText(scratch["r.html"]);
        Assert.Contains("<svg", html);
        Assert.Contains("text number", html);
        Assert.False(File.Exists(scratch["r.html.part"]));

        ToolRun text = await ToolRun.Of(["hubness", "--data", table, "--text", "text"], _ => new FakeModel());
        Assert.Equal(0, text.ExitCode);
        Assert.Contains("Skewness", text.Out);
        Assert.Contains("text number", text.Out);
    }

    [Fact]
    public async Task A_table_beside_the_vectors_gives_texts_and_labels()
    {
        using Scratch scratch = new();
        string file = Npy(scratch, Random(30, 4));
        string table = scratch.Write("t.csv", "topic,text\n" + string.Join('\n', Enumerable.Range(0, 30).Select(i => $"{i % 3},row {i}")) + "\n");
        JsonElement json = await Json(["--input", file, "--data", table, "--label", "topic", "--text", "text", "--k", "3"]);
        Assert.True(json.TryGetProperty("knn_error", out _));
        Assert.Equal("row " + json.GetProperty("worst_hubs")[0].GetProperty("row").GetInt32(), json.GetProperty("worst_hubs")[0].GetProperty("text").GetString());
        string shorter = scratch.Write("s.csv", "topic\n1\n2\n");
        (await Run(["--input", file, "--data", shorter, "--label", "topic"])).AssertRefused("30 vectors", "2 rows");
    }

    [Fact]
    public async Task Command_lines_that_cannot_be_right_are_refused_with_what_to_do()
    {
        using Scratch scratch = new();
        string file = Npy(scratch, Random(8, 4));
        string table = scratch.Write("t.csv", "text\na\nb\n");
        (await Run([])).AssertRefused("--data", "--input");
        (await Run(["--data", table])).AssertRefused("--text");
        (await Run(["--input", file])).AssertRefused("8 rows", "--k 7");
        (await Run(["--input", file, "--k", "0"])).AssertRefused("--k", "1 or more");
        (await Run(["--input", file, "--k", "3", "--candidates", "5"])).AssertRefused("--candidates", "--reduce");
        (await Run(["--input", file, "--k", "3", "--reduce", "csls", "--candidates", "0"])).AssertRefused("--candidates");
        (await Run(["--input", file, "--k", "3", "--reduce", "csls", "--metric", "dot"])).AssertRefused("dot", "cosine or euclidean");
        (await Run(["--input", file, "--k", "3", "--reduce", "magic"])).AssertRefused("magic", "nicdm");
        (await Run(["--input", file, "--k", "3", "--model", "default"])).AssertRefused("--model", "--input");
        (await Run(["--input", file, "--k", "3", "--label", "x"])).AssertRefused("--label", "--data");
        (await Run(["--input", file, "--k", "3", "--data", table])).AssertRefused("--text or --label");
        (await Run(["--input", file, "--k", "3", "--column", "v"])).AssertRefused("--column");
        (await Run(["--input", file, "--k", "3", "--with", "fnrom"])).AssertRefused("fnrom", "fnorm");
        (await Run(["--input", file, "--k", "3", "--with", "truncate:9"])).AssertRefused("truncate");
        (await Run(["--input", file, "--k", "3", "--html", file])).AssertRefused("named twice");
        if (!OperatingSystem.IsWindows())
        {
            (await Run(["--input", file, "--k", "3", "--html", "/dev/fd/1"])).AssertRefused("is a device");
        }

        (await Run(["--data", table, "--text", "words"])).AssertRefused("words");
        EmbeddingMatrix bad = Random(9, 4);
        bad.Row(6)[1] = float.NaN;
        (await Run(["--input", Npy(scratch, bad), "--k", "3"])).AssertRefused("row 6", "NaN");
    }

    private static Task<ToolRun> Run(string[] arguments) => ToolRun.Of(["hubness", .. arguments], _ => new FakeModel());

    private static async Task<JsonElement> Json(string[] arguments)
    {
        ToolRun run = await Run([.. arguments, "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Single(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return JsonDocument.Parse(run.Out).RootElement;
    }

    private static string ToolName(HubnessReductionKind kind) => kind switch
    {
        HubnessReductionKind.MutualProximityEmpirical => "mp-empirical",
        HubnessReductionKind.MutualProximityGaussian => "mp-gaussian",
        HubnessReductionKind.MutualProximityGamma => "mp-gamma",
        HubnessReductionKind.DisSimLocal => "dis-sim-local",
        HubnessReductionKind.LocalScaling => "local-scaling",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Npy(Scratch scratch, EmbeddingMatrix rows)
    {
        string path = scratch["v.npy"];
        using NpyWriter writer = new(path, rows.Dimensions);
        writer.Write(rows.Values);
        writer.Finish();
        return path;
    }

    private static EmbeddingMatrix Random(int rows, int dimensions)
    {
        Random random = new(rows);
        EmbeddingMatrix matrix = new(rows, dimensions);
        foreach (ref float value in matrix.Values)
        {
            value = (float)(random.NextDouble() + random.NextDouble() - 1);
        }

        return matrix;
    }
}
