using System.Text.Json;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Tool.Adapting;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tool.Tests;

public sealed class AdaptTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("low-rank")]
    [InlineData("linear")]
    [InlineData("bottleneck")]
    [InlineData("mlp")]
    public async Task Labels_give_the_folder_of_an_adapter_and_one_object_of_json(string kind)
    {
        JsonElement json = await Json("--train", Labels(120), "--text", "text", "--label", "label", "--kind", kind, "--validation-share", "0.25");

        Assert.Equal((kind, "labels", 90, 30), (json.GetProperty("kind").GetString(), json.GetProperty("rows").GetString(), json.GetProperty("training_rows").GetInt32(), json.GetProperty("held_out_rows").GetInt32()));
        JsonElement score = json.GetProperty("report").GetProperty("scores").GetProperty("centroid_accuracy");
        Assert.InRange(score.GetProperty("after").GetDouble(), 0, 1);
        Assert.Equal(2, score.GetProperty("ci95").GetArrayLength());
        AdapterFolder folder = AdapterFolder.Read(_scratch["adapter"]);
        Assert.Equal((32, 32, false), (folder.Manifest.Model.Dimensions, folder.Manifest.OutputDimensions, folder.Manifest.HasTwoTowers));
        Assert.Equal(kind, folder.Towers.Query.Architecture);
        Assert.Equal(["adapter.json", "adapter.safetensors"], Files());
    }

    [Fact]
    public async Task Pairs_scores_triplets_and_judgements_are_learnt_from()
    {
        JsonElement pairs = await Json("--train", Pairs(80), "--left", "q", "--right", "d");
        JsonElement mined = await Json("--train", Pairs(80), "--left", "q", "--right", "d", "--mine-negatives", "3", "--loss", "triplet");
        JsonElement scored = await Json("--train", Pairs(80), "--left", "q", "--right", "d", "--score", "s", "--loss", "sum(cosent, 0.5*cosine-error)");
        JsonElement triplets = await Json("--train", Pairs(80), "--anchor", "q", "--positive", "d", "--negative", "n", "--negative", "s");
        JsonElement judged = await Json("--data", Beir(40), "--validation-share", "0.5");
        JsonElement judgedAndMined = await Json("--data", Beir(40), "--mine-negatives", "2", "--kind", "two-tower");

        Assert.Equal(["pairs", "pairs", "scored pairs", "triplets", "judgements", "judgements"], new[] { pairs, mined, scored, triplets, judged, judgedAndMined }.Select(j => j.GetProperty("rows").GetString()!));
        Assert.Equal(["pairs", "pairs", "scored pairs", "pairs", "relevance", "relevance"], new[] { pairs, mined, scored, triplets, judged, judgedAndMined }.Select(j => j.GetProperty("report").GetProperty("task").GetString()!));
        Assert.Equal("sum(cosent(scale=20), 0.5*cosine-error)", scored.GetProperty("loss").GetString());
        Assert.Equal(20, judged.GetProperty("report").GetProperty("held_out").GetInt32());
        Assert.Equal(["adapter.json", "passage.safetensors", "query.safetensors"], Files());
    }

    [Fact]
    public async Task What_is_learnt_shows_in_an_evaluation_through_the_adapter()
    {
        string train = Noisy(400, 1), test = Noisy(400, 2);
        string[] adapt = ["adapt", "--train", train, "--text", "text", "--label", "label", "--kind", "linear", "--loss", "supervised-contrastive", "--validation", test, "--learning-rate", "0.02", "--batch-size", "64", "--output", _scratch["adapter"], "--json"];
        string[] evaluate = ["evaluate", "clustering", "--data", test, "--text", "text", "--label", "label", "--protocol", "plain", "--json"];

        JsonElement json = Object(await ToolRun.Of(adapt, _ => new NumbersModel()));
        JsonElement before = Object(await ToolRun.Of(evaluate, _ => new NumbersModel())), after = Object(await ToolRun.Of([.. evaluate, "--adapter", _scratch["adapter"]], _ => new NumbersModel()));

        Assert.Equal("better", json.GetProperty("report").GetProperty("verdict").GetString());
        Assert.True(after.GetProperty("main_score").GetDouble() > before.GetProperty("main_score").GetDouble() + 0.3, $"{before} {after}");
        Assert.Equal("numbers + adapt:linear", after.GetProperty("model").GetString());
    }

    [Fact]
    public async Task An_adapter_that_does_not_help_is_told_of()
    {
        // Labels that have nothing to do with the texts.
        string train = _scratch.Write("coins.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{Word(i, 6)},{(i * 7919 % 13 > 6 ? "heads" : "tails")}\n")));

        ToolRun text = await Adapt("--train", train, "--text", "text", "--label", "label", "--validation-share", "0.3");
        ToolRun json = await Adapt("--train", train, "--text", "text", "--label", "label", "--validation-share", "0.3", "--json");

        Assert.Contains("does not beat the embeddings as they were", text.Out);
        Assert.Contains("does not beat the embeddings as they were", json.Error);
        Assert.Equal("no difference", Object(json).GetProperty("report").GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Without_held_out_rows_nothing_is_claimed()
    {
        ToolRun run = await Adapt("--train", Labels(60), "--text", "text", "--label", "label", "--validation-share", "0");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("Nothing was held out", run.Out);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_and_the_curve_has_a_line_an_epoch()
    {
        string[] args = ["--train", Labels(100), "--text", "text", "--label", "label", "--epochs", "4", "--patience", "4", "--curve", _scratch["adapter/curve.csv"]];
        await Json([.. args, "--threads", "1"]);
        byte[] first = Weights();
        await Json([.. args, "--threads", "3"]);
        Assert.Equal(first, Weights());

        await Json([.. args, "--seed", "9"]);
        Assert.NotEqual(first, Weights());
        Assert.Equal(["0", "1", "2", "3", "4"], File.ReadAllLines(_scratch["adapter/curve.csv"]).Skip(1).Select(line => line.Split(',')[0]));
    }

    [Fact]
    public async Task A_training_that_is_stopped_leaves_the_last_good_adapter_and_goes_on_where_it_was()
    {
        string[] args = ["--train", Labels(60), "--text", "text", "--label", "label", "--epochs", "1500", "--patience", "1500", "--learning-rate", "0.0002", "--threads", "1"];
        await Json(args);
        byte[] whole = Weights();
        Directory.Delete(_scratch["adapter"], recursive: true);
        using CancellationTokenSource stop = new();
        Task<ToolRun> running = ToolRun.Stoppable(["adapt", .. args, "--output", _scratch["adapter"]], _ => new FakeModel(dimensions: 32), null, stop.Token);
        while (!running.IsCompleted && !File.Exists(_scratch["adapter/training.checkpoint"]))
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        ToolRun stopped = await running;

        Assert.Equal(130, stopped.ExitCode);
        Assert.Equal("", stopped.Out);
        Assert.Contains("--resume", stopped.Error);
        Assert.Contains("the best so far", stopped.Error);
        Assert.NotEqual(whole, Weights());
        using (JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(_scratch["adapter/adapter.json"])))
        {
            Assert.False(manifest.RootElement.GetProperty("complete").GetBoolean());
        }

        ToolRun resumed = await Adapt([.. args, "--resume"]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("going on from", resumed.Error);
        Assert.Equal(whole, Weights());
        Assert.Equal(["adapter.json", "adapter.safetensors"], Files());
    }

    [Fact]
    public async Task A_checkpoint_of_another_training_is_refused_or_dropped()
    {
        Directory.CreateDirectory(_scratch["adapter"]);
        _scratch.Write("adapter/training.checkpoint", "no checkpoint");
        string[] args = ["--train", Labels(40), "--text", "text", "--label", "label"];

        ToolRun refused = await Adapt([.. args, "--resume"]);
        ToolRun anew = await Adapt(args);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("training.checkpoint", refused.Error);
        Assert.True(anew.ExitCode == 0, anew.Error);
        Assert.Contains("beginning anew", anew.Error);
        Assert.Contains("beginning at the start", (await Adapt([.. args, "--resume"])).Error);
    }

    [Fact]
    public async Task An_adapter_is_trained_behind_another()
    {
        await Json("--train", Labels(60), "--text", "text", "--label", "label");
        ToolRun run = await Run("adapt", "--adapter", _scratch["adapter"], "--train", Labels(60), "--text", "text", "--label", "label", "--output", _scratch["second"], "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        string texts = _scratch.Write("texts.txt", "abc\nxyz\n");

        ToolRun both = await Run("embed", "--input", texts, "--output", _scratch["both.npy"], "--adapter", _scratch["adapter"], "--adapter", _scratch["second"]);

        Assert.True(both.ExitCode == 0, both.Error);
        (await Run("embed", "--input", texts, "--output", _scratch["one.npy"], "--adapter", _scratch["second"], "--quiet")).AssertRefused("trained for the model 'fake + adapt:bottleneck'", "this is the model 'fake'");
    }

    [Fact]
    public async Task Files_of_an_earlier_training_make_way()
    {
        string[] pairs = ["--train", Pairs(60), "--left", "q", "--right", "d"];
        await Json([.. pairs, "--kind", "two-tower", "--query-kind", "linear", "--passage-kind", "identity"]);
        TwoTowerAdapter towers = AdapterFolder.Read(_scratch["adapter"]).Towers;
        Assert.Equal(("linear", "identity"), (towers.Query.Architecture, towers.Passage.Architecture));

        await Json(pairs);

        Assert.Equal(["adapter.json", "adapter.safetensors"], Files());
        Assert.IsType<EmbeddingAdapter>(VectorTransform.Load(_scratch["adapter/adapter.safetensors"]));
    }

    [Theory]
    [InlineData("It is not said what to learn from")]
    [InlineData("--label is missing", "--train", "TABLE", "--text", "text")]
    [InlineData("--text and --left are of different kinds", "--train", "TABLE", "--text", "text", "--left", "text")]
    [InlineData("give it with --train", "--text", "text", "--label", "label")]
    [InlineData("--train a table", "--train", "TABLE", "--data", "somewhere")]
    [InlineData("no column 'nothing'", "--train", "TABLE", "--text", "text", "--label", "nothing")]
    [InlineData("At character", "--train", "TABLE", "--text", "text", "--label", "label", "--loss", "info-nce(heat=1)")]
    [InlineData("these rows are labels", "--train", "TABLE", "--text", "text", "--label", "label", "--loss", "cosent")]
    [InlineData("these rows are pairs", "--train", "TABLE", "--left", "text", "--right", "label", "--mixing", "mixup")]
    [InlineData("one side only", "--train", "TABLE", "--text", "text", "--label", "label", "--kind", "two-tower")]
    [InlineData("--width is for --kind bottleneck", "--train", "TABLE", "--text", "text", "--label", "label", "--rank", "4", "--width", "4")]
    [InlineData("--rank is for --kind low-rank", "--train", "TABLE", "--text", "text", "--label", "label", "--kind", "linear", "--rank", "4")]
    [InlineData("A rank of 99 is more than the 32", "--train", "TABLE", "--text", "text", "--label", "label", "--rank", "99")]
    [InlineData("--query-kind is for --kind two-tower", "--train", "TABLE", "--text", "text", "--label", "label", "--query-kind", "linear")]
    [InlineData("--batch-size is at least 2", "--train", "TABLE", "--text", "text", "--label", "label", "--batch-size", "1")]
    [InlineData("--validation-share is from 0", "--train", "TABLE", "--text", "text", "--label", "label", "--validation-share", "1")]
    [InlineData("--mine-negatives finds", "--train", "TABLE", "--text", "text", "--label", "label", "--mine-negatives", "2")]
    [InlineData("--mine-negatives is 0", "--train", "TABLE", "--left", "text", "--right", "label", "--mine-negatives", "0")]
    [InlineData("--format says how", "--data", "somewhere", "--format", "csv")]
    [InlineData("no folder 'somewhere'", "--data", "somewhere")]
    [InlineData("a number", "--train", "TABLE", "--left", "text", "--right", "label", "--score", "label")]
    [InlineData("have the label 'one'", "--train", "SAME", "--text", "text", "--label", "label", "--validation-share", "0")]
    public async Task What_cannot_be_trained_is_refused_in_one_line(string mention, params string[] args)
    {
        string table = Labels(12), same = _scratch.Write("same.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"{Word(i, 3)},one\n")));

        (await Adapt([.. args.Select(a => a switch { "TABLE" => table, "SAME" => same, _ => a })])).AssertRefused(mention);
        Assert.False(Directory.Exists(_scratch["adapter"]));
    }

    [Fact]
    public async Task A_label_that_is_held_out_only_is_refused()
    {
        string other = _scratch.Write("other.csv", "text,label\nabc,unseen\n");

        (await Adapt("--train", Labels(20), "--text", "text", "--label", "label", "--validation", other)).AssertRefused("'unseen'");
    }

    [Fact]
    public async Task Judgements_of_the_test_are_not_learnt_from_unasked()
    {
        string folder = Beir(12);
        Directory.CreateDirectory(Path.Combine(folder, "qrels"));
        File.Move(Path.Combine(folder, "qrels.tsv"), Path.Combine(folder, "qrels", "test.tsv"));

        (await Adapt("--data", folder)).AssertRefused("qrels/train.tsv", "--qrels");
        (await Adapt("--data", folder, "--qrels", "qrels/test.tsv", "--validation", "qrels/test.tsv")).AssertRefused("among those to learn from too");
        ToolRun asked = await Adapt("--data", folder, "--qrels", "qrels/test.tsv", "--batch-size", "4");
        Assert.True(asked.ExitCode == 0, asked.Error);
    }

    [Fact]
    public async Task An_output_that_is_a_file_is_told_of_before_the_training()
    {
        _scratch.Write("adapter", "a file in the way");

        (await Adapt("--train", Labels(20), "--text", "text", "--label", "label")).AssertRefused("is a file");
    }

    [Fact]
    public async Task Help_names_every_loss_and_ends_with_an_example()
    {
        ToolRun run = await ToolRun.Of(["adapt", "--help"]);

        Assert.All(AdapterLossCatalog.Losses, loss => Assert.Contains("  " + loss.Usage, run.Out));
        Assert.Contains("Example:\n  mlnet-embed adapt ", run.Out);
    }

    private static string Word(int seed, int length)
    {
        Random random = new(seed);
        return string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + random.Next(26))));
    }

    private string Labels(int rows) => _scratch.Write("labels.csv", "text,label\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{Word(i, 4)}{(i % 2 == 0 ? "aaa" : "qq")},{(i % 2 == 0 ? "even" : "odd")}\n")));

    // Four numbers tell the class, four that are larger tell nothing.
    private string Noisy(int rows, int seed)
    {
        Random random = new(seed);
        return _scratch.Write($"noisy{seed}.csv", "text,label\n" + string.Concat(Enumerable.Range(0, rows).Select(i =>
            $"{string.Join(' ', Enumerable.Range(0, NumbersModel.Length).Select(d => d < 4 ? (d == i % 4 ? 10 : 0) + random.Next(5) : random.Next(-50, 50)))},{i % 4}\n")));
    }

    private string Pairs(int rows) => _scratch.Write("pairs.csv", "q,d,n,s\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{Word(i, 5)},{Word(i, 5)}{Word(-1 - i, 2)},{Word(1000 + i, 5)},{i % 5}\n")));

    private string Beir(int queries)
    {
        Directory.CreateDirectory(_scratch["beir"]);
        _scratch.Write("beir/corpus.jsonl", string.Concat(Enumerable.Range(0, queries).Select(i => $"{{\"_id\":\"d{i}\",\"text\":\"{Word(i, 5)}{Word(-1 - i, 3)}\"}}\n")));
        _scratch.Write("beir/queries.jsonl", string.Concat(Enumerable.Range(0, queries).Select(i => $"{{\"_id\":\"q{i}\",\"text\":\"{Word(i, 5)}\"}}\n")));
        _scratch.Write("beir/qrels.tsv", "query-id\tcorpus-id\tscore\n" + string.Concat(Enumerable.Range(0, queries).Select(i => $"q{i}\td{i}\t1\n" + (i == 3 ? "q3\td5\t0\n" : ""))));
        return _scratch["beir"];
    }

    private string[] Files() => [.. Directory.GetFiles(_scratch["adapter"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private byte[] Weights() => File.ReadAllBytes(_scratch["adapter/adapter.safetensors"]);

    private async Task<JsonElement> Json(params string[] args) => Object(await Adapt([.. args, "--json"]));

    private static JsonElement Object(ToolRun run)
    {
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Single(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using JsonDocument document = JsonDocument.Parse(run.Out);
        return document.RootElement.Clone();
    }

    private Task<ToolRun> Adapt(params string[] args) => Run(["adapt", .. args, "--output", _scratch["adapter"]]);

    private static Task<ToolRun> Run(params string[] args) => ToolRun.Of(args, _ => new FakeModel(dimensions: 32));

    /// <summary>A model of texts that are vectors already: numbers with blanks between.</summary>
    private sealed class NumbersModel : EmbeddingModel
    {
        public const int Length = 8;

        public override VectorSpace Space { get; } = new("numbers", "numbers", "", "none", "", Length);

        public override void Encode(ReadOnlySpan<ReadOnlyMemory<char>> texts, Span<float> destination, CancellationToken cancellationToken = default)
        {
            for (int i = 0; i < texts.Length; i++)
            {
                string[] numbers = texts[i].ToString().Split(' ');
                for (int d = 0; d < Length; d++)
                {
                    destination[(i * Length) + d] = float.Parse(numbers[d], System.Globalization.CultureInfo.InvariantCulture);
                }
            }
        }
    }
}
