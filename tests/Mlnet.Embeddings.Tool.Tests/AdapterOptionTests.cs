using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Tool.Adapting;
using Mlnet.Embeddings.Tool.Tables;
using Mlnet.Embeddings.Tool.Vectors;

namespace Mlnet.Embeddings.Tool.Tests;

/// <summary><c>--adapter</c> of every command.</summary>
public sealed class AdapterOptionTests : IDisposable
{
    private const int Dimensions = 6;
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Embed_writes_what_the_adapter_makes_of_the_vectors()
    {
        EmbeddingAdapter adapter = Adapter(1);
        Write("a", One(adapter));

        ToolRun run = await Run("embed", "--input", Texts(), "--output", _scratch["out.npy"], "--adapter", _scratch["a"], "--quiet");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(adapter.Apply(Encoded()).Values.ToArray(), Rows("out.npy"));
    }

    [Fact]
    public async Task Another_adapter_is_another_run()
    {
        Write("a", One(Adapter(1)));
        Write("b", One(Adapter(2)));
        string[] embed = ["embed", "--input", Texts(), "--output", _scratch["out.npy"], "--quiet"];
        Assert.Equal(0, (await Run([.. embed, "--adapter", _scratch["a"]])).ExitCode);
        float[] first = Rows("out.npy");

        Assert.Equal(0, (await Run([.. embed, "--adapter", _scratch["b"]])).ExitCode);
        Assert.NotEqual(first, Rows("out.npy"));
    }

    [Fact]
    public async Task A_side_of_two_towers_is_asked_for()
    {
        TwoTowerAdapter towers = new(Adapter(1), Adapter(2));
        Write("a", towers);
        Write("one", One(towers.Query));
        string[] embed = ["embed", "--input", Texts(), "--output", _scratch["out.npy"], "--quiet", "--adapter"];

        (await Run([.. embed, _scratch["a"]])).AssertRefused("--tower query or --tower passage");
        (await Run([.. embed, _scratch["one"], "--tower", "query"])).AssertRefused("--tower picks a side");
        foreach ((string side, EmbeddingAdapter adapter) in new[] { ("query", towers.Query), ("passage", towers.Passage) })
        {
            Assert.Equal(0, (await Run([.. embed, _scratch["a"], "--tower", side])).ExitCode);
            Assert.Equal(adapter.Apply(Encoded()).Values.ToArray(), Rows("out.npy"));
        }
    }

    [Fact]
    public async Task Retrieval_and_reranking_take_queries_and_passages_through_their_own_towers()
    {
        // What belongs together lies in the same direction only if queries are turned round.
        Write("a", new(Turned(1), Turned(-1)));
        Directory.CreateDirectory(_scratch["beir"]);
        string[] words = ["parcel", "refund", "password", "voucher", "courier", "lamp"];
        _scratch.Write("beir/corpus.jsonl", string.Concat(words.Select((word, i) => $"{{\"_id\":\"d{i}\",\"text\":\"{word}\"}}\n")));
        _scratch.Write("beir/queries.jsonl", string.Concat(words.Select((word, i) => $"{{\"_id\":\"q{i}\",\"text\":\"{word}\"}}\n")));
        _scratch.Write("beir/qrels.tsv", "query-id\tcorpus-id\tscore\n" + string.Concat(words.Select((_, i) => $"q{i}\td{i}\t1\n")));
        string table = _scratch.Write("rank.csv", "q,t,l\n" + string.Concat(words.Select((word, i) => $"{word},{word},1\n{word},{words[(i + 1) % words.Length]},0\n")));
        string[][] tasks = [["retrieval", "--data", _scratch["beir"]], ["reranking", "--data", table, "--query", "q", "--text", "t", "--label", "l"]];
        foreach (string[] task in tasks)
        {
            // Under the same prompt a query's vector is that of the same text as a document.
            JsonElement plain = await Json(["evaluate", .. task, "--prompt", "query"]), turned = await Json(["evaluate", .. task, "--prompt", "query", "--adapter", _scratch["a"]]);
            Assert.Equal(1, plain.GetProperty("main_score").GetDouble());
            Assert.True(turned.GetProperty("main_score").GetDouble() < 0.6, turned.ToString());
            Assert.Equal("fake + adapt:linear and fake + adapt:linear + center", (await Json(["evaluate", .. task, "--adapter", _scratch["a"], "--with", "center"])).GetProperty("model").GetString());
            (await Run(["evaluate", .. task, "--adapter", _scratch["a"], "--tower", "query"])).AssertRefused("Leave it out");
        }
    }

    [Fact]
    public async Task Judgements_of_another_file_are_scored_by()
    {
        Directory.CreateDirectory(_scratch["beir"]);
        _scratch.Write("beir/corpus.jsonl", "{\"_id\":\"d1\",\"text\":\"a\"}\n{\"_id\":\"d2\",\"text\":\"b\"}\n");
        _scratch.Write("beir/queries.jsonl", "{\"_id\":\"q1\",\"text\":\"a\"}\n{\"_id\":\"q2\",\"text\":\"b\"}\n");
        _scratch.Write("beir/dev.tsv", "query-id\tcorpus-id\tscore\nq2\td2\t1\n");

        Assert.Equal(1, (await Json("evaluate", "retrieval", "--data", _scratch["beir"], "--qrels", "dev.tsv")).GetProperty("n").GetInt32());
        (await Run("evaluate", "retrieval", "--data", _scratch["beir"])).AssertRefused("qrels.tsv");
        (await Run("evaluate", "retrieval", "--data", _scratch["beir"], "--qrels", "none.tsv")).AssertRefused("none.tsv");
    }

    [Fact]
    public async Task An_adapter_stands_between_model_and_chain()
    {
        Write("a", One(Adapter(3)));
        string table = _scratch.Write("train.csv", "text,label\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{(i % 2 == 0 ? $"aa{i}" : $"zz{i}{i}")},{i % 2}\n")));

        JsonElement json = await Json("evaluate", "classification", "--train", table, "--test", table, "--text", "text", "--label", "label", "--protocol", "full", "--adapter", _scratch["a"], "--with", "whiten:pca(k=3),l2");

        Assert.Equal("fake + adapt:linear + whiten:pca(k=3),l2", json.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Vectors_of_files_go_through_it_too()
    {
        EmbeddingAdapter adapter = Adapter(4);
        Write("a", One(adapter));
        EmbeddingMatrix rows = Random(60), adapted = adapter.Apply(rows);
        string file = Npy("rows.npy", rows), other = Npy("adapted.npy", adapted);
        string[] through = ["--adapter", _scratch["a"]];

        Assert.Equal(0, (await Run(["transform", "--input", file, "--output", _scratch["out.npy"], .. through])).ExitCode);
        Assert.Equal(adapted.Values.ToArray(), Rows("out.npy"));
        Assert.Equal((await Run("describe", "--input", other, "--json")).Out, (await Run(["describe", "--input", file, "--json", .. through])).Out);
        Assert.Equal((await Run("hubness", "--input", other, "--json")).Out, (await Run(["hubness", "--input", file, "--json", .. through])).Out);

        string[] chain = ["--with", "center", "--output"];
        Assert.Equal(0, (await Run(["transform", "--fit", file, "--input", file, .. chain, _scratch["one.npy"], .. through])).ExitCode);
        Assert.Equal(0, (await Run(["transform", "--fit", other, "--input", other, .. chain, _scratch["two.npy"]])).ExitCode);
        Assert.Equal(Rows("two.npy"), Rows("one.npy"));
        (await Run(["transform", "--output", _scratch["out.npy"], .. through])).AssertRefused("--input");
        (await Run(["describe", "--input", Npy("wide.npy", new EmbeddingMatrix(5, Dimensions + 1)), .. through])).AssertRefused("wide.npy", "7 dimensions", "'fake'");
    }

    [Fact]
    public async Task An_adapter_of_another_model_is_refused()
    {
        Write("a", One(Adapter(1)));
        string[] embed = ["embed", "--input", Texts(), "--output", _scratch["out.npy"], "--quiet", "--adapter"];

        (await ToolRun.Of([.. embed, _scratch["a"]], _ => new FakeModel("another", Dimensions))).AssertRefused("'fake' (6 dimensions", "'another'", "mlnet-embed adapt");
        (await ToolRun.Of([.. embed, _scratch["a"]], _ => new FakeModel("fake", Dimensions + 1))).AssertRefused("6 dimensions", "7 dimensions");
        (await Run([.. embed, _scratch["none"]])).AssertRefused("no folder");
        (await Run([.. embed, Texts()])).AssertRefused("is a file");
        (await Run([.. embed, Directory.CreateDirectory(_scratch["empty"]).FullName])).AssertRefused("no adapter.json");
    }

    [Fact]
    public async Task Another_prompt_than_in_training_is_told_of()
    {
        Write("a", One(Adapter(1)));

        ToolRun run = await Run("embed", "--input", Texts(), "--output", _scratch["out.npy"], "--quiet", "--adapter", _scratch["a"], "--prompt", "query");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("was trained without --prompt, and texts are embedded with --prompt query", run.Error);
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_refused()
    {
        Write("a", new(Adapter(1), Adapter(2)));
        Write("b", new(Adapter(3), Adapter(4)));
        File.Copy(_scratch["b/query.safetensors"], _scratch["a/query.safetensors"], overwrite: true);

        Assert.Contains("query.safetensors", Assert.Throws<ToolException>(() => AdapterFolder.Read(_scratch["a"])).Message);
        File.Delete(_scratch["b/passage.safetensors"]);
        Assert.Contains("lacks passage.safetensors", Assert.Throws<ToolException>(() => AdapterFolder.Read(_scratch["b"])).Message);
    }

    [Fact]
    public void Damaged_descriptions_are_read_or_refused_with_the_file_named()
    {
        Write("a", new(Adapter(1), Adapter(2)));
        byte[] whole = File.ReadAllBytes(_scratch["a/adapter.json"]);
        Random random = new(77);
        string[] pieces = ["{", "}", "\"", ":", ",", "null", "-1", "1e99", "[", "]", "\\u0000", "99999999999", "adapter.safetensors", "../query.safetensors", "\ud800"];
        int read = 0, refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            List<byte> hurt = [.. whole];
            for (int edits = random.Next(1, 4); edits > 0; edits--)
            {
                int place = random.Next(hurt.Count);
                hurt.RemoveRange(place, Math.Min(random.Next(6), hurt.Count - place));
                hurt.InsertRange(place, Encoding.UTF8.GetBytes(random.Next(2) == 0 ? pieces[random.Next(pieces.Length)] : " "));
            }

            File.WriteAllBytes(_scratch["a/adapter.json"], [.. hurt]);
            (read, refused) = Outcome("a", "adapter.json") ? (read + 1, refused) : (read, refused + 1);
        }

        Assert.True(read > 20 && refused > 200, $"{read} read, {refused} refused: the inputs test one side only.");
    }

    [Fact]
    public void Damaged_weights_are_refused_with_the_file_named()
    {
        EmbeddingAdapter adapter = Adapter(1);
        Write("a", One(adapter));
        byte[] whole = File.ReadAllBytes(_scratch["a/adapter.safetensors"]);
        string manifest = File.ReadAllText(_scratch["a/adapter.json"]);
        Random random = new(78);
        for (int round = 0; round < 400; round++)
        {
            byte[] hurt = random.Next(4) == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int edits = random.Next(1, 4); edits > 0 && hurt.Length > 0; edits--)
            {
                // Most of the header's bytes count, and most of the values' do not.
                hurt[random.Next(random.Next(2) == 0 ? hurt.Length : Math.Min(hurt.Length, 600))] ^= (byte)(1 << random.Next(8));
            }

            // With the sum beside it made right, so that the reader of weights is reached.
            File.WriteAllBytes(_scratch["a/adapter.safetensors"], hurt);
            File.WriteAllText(_scratch["a/adapter.json"], manifest.Replace(Hash(whole), Hash(hurt), StringComparison.Ordinal));
            Assert.True(hurt.AsSpan().SequenceEqual(whole) == Outcome("a", "adapter.safetensors"), $"Round {round} was read.");
        }
    }

    private bool Outcome(string name, string file)
    {
        try
        {
            AdapterFolder.Read(_scratch[name]);
            return true;
        }
        catch (ToolException exception)
        {
            Assert.True(exception.Message.Contains(file, StringComparison.Ordinal) || exception.Message.Contains("safetensors", StringComparison.Ordinal), exception.Message);
        }
        catch (InvalidDataException)
        {
            // The reader of weights has them from a stream.
        }

        return false;
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static TwoTowerAdapter One(EmbeddingAdapter adapter) => new(adapter, adapter);

    private static FakeModel Model() => new(dimensions: Dimensions);

    // An adapter of a few steps on random pairs: anything but the identity.
    private static EmbeddingAdapter Adapter(int seed)
    {
        AdapterTrainerOptions options = new() { Architecture = new LinearArchitecture(), Epochs = 2, LearningRate = 0.1, ValidationShare = 0, Seed = seed };
        return new AdapterTrainer(options).Fit(AdapterTrainingData.FromPairs(Random(20, seed), Random(20, seed + 100)), cancellationToken: TestContext.Current.CancellationToken).Adapter;
    }

    // A linear adapter that learns x to x, or x to −x.
    private static EmbeddingAdapter Turned(int sign)
    {
        EmbeddingMatrix from = Random(200), to = Random(200);
        foreach (ref float value in to.Values)
        {
            value *= sign;
        }

        AdapterTrainerOptions options = new() { Architecture = new TwoTowerArchitecture(new LinearArchitecture(), new IdentityArchitecture()), Epochs = 200, LearningRate = 0.1, ValidationShare = 0, WeightDecay = 0 };
        return new AdapterTrainer(options).Fit(AdapterTrainingData.FromPairs(from, to), cancellationToken: TestContext.Current.CancellationToken).Towers.Query;
    }

    private void Write(string name, TwoTowerAdapter towers) => AdapterFolder.Write(_scratch[name], towers, Model().Space, null, _ => { });

    private string Texts() => _scratch.Write("texts.txt", "abc\nxyz\nhello\nmore words\n");

    private EmbeddingMatrix Encoded() => Model().Encode(File.ReadAllLines(Texts()), TestContext.Current.CancellationToken);

    private string Npy(string name, EmbeddingMatrix rows)
    {
        using NpyWriter writer = new(_scratch[name], rows.Dimensions);
        writer.Write(rows.Values);
        writer.Finish();
        return _scratch[name];
    }

    private float[] Rows(string name) => VectorFiles.ReadWhole(_scratch[name], new TableOptions(), "").Values.ToArray();

    private static EmbeddingMatrix Random(int rows, int seed = 5)
    {
        Random random = new(seed);
        EmbeddingMatrix result = new(rows, Dimensions);
        foreach (ref float value in result.Values)
        {
            value = random.NextSingle() - 0.5f;
        }

        return result;
    }

    private static async Task<JsonElement> Json(params string[] args)
    {
        ToolRun run = await Run([.. args, "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Out);
        return document.RootElement.Clone();
    }

    private static Task<ToolRun> Run(params string[] args) => ToolRun.Of(args, _ => Model());
}
