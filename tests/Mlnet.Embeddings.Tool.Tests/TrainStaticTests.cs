using System.IO.Compression;
using System.Text;

namespace Mlnet.Embeddings.Tool.Tests;

public sealed class TrainStaticTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_file_of_pairs_becomes_a_model_that_opens()
    {
        File.WriteAllText(PathOf("pairs.tsv"), Pairs());

        ToolRun run = await Train("--pairs", PathOf("pairs.tsv"));

        Assert.Equal("", run.Out);
        Assert.Equal(0, run.ExitCode);
        using EmbeddingModel model = EmbeddingModel.FromFolder(PathOf("model"));
        Assert.Equal(16, model.Dimensions);
        Assert.Equal("model", model.Space.ModelName);
    }

    [Fact]
    public async Task Standard_input_and_gzip_give_the_same_model_as_the_plain_file()
    {
        File.WriteAllText(PathOf("pairs.tsv"), Pairs());
        using (GZipStream zipped = new(File.Create(PathOf("pairs.tsv.gz")), CompressionLevel.Fastest))
        {
            zipped.Write(Encoding.UTF8.GetBytes(Pairs()));
        }

        byte[] plain = await Weights(["--pairs", PathOf("pairs.tsv")]);

        Assert.Equal(plain, await Weights(["--pairs", PathOf("pairs.tsv.gz")]));
        Assert.Equal(plain, await Weights(["--pairs", "-"], new MemoryStream(Encoding.UTF8.GetBytes(Pairs()))));
    }

    [Fact]
    public async Task Rows_that_are_not_to_be_kept_do_not_count()
    {
        File.WriteAllText(PathOf("pairs.tsv"), Pairs());
        File.WriteAllText(PathOf("more.tsv"), Pairs().Replace("\n", "\nbad\tnoise words here\tmore noise here\n", StringComparison.Ordinal).TrimEnd());

        byte[] plain = await Weights(["--pairs", PathOf("pairs.tsv")]);

        Assert.Equal(plain, await Weights(["--pairs", PathOf("more.tsv"), "--keep", "source:bad=0"]));
        Assert.NotEqual(plain, await Weights(["--pairs", PathOf("more.tsv")]));
    }

    [Fact]
    public async Task A_given_vocabulary_is_used()
    {
        File.WriteAllText(PathOf("pairs.tsv"), Pairs());
        File.WriteAllText(PathOf("vocab.txt"), "[PAD]\n[UNK]\nred\ngreen\nblue\nwords\n");

        ToolRun run = await Train("--pairs", PathOf("pairs.tsv"), "--vocabulary", PathOf("vocab.txt"));

        Assert.Equal(0, run.ExitCode);
        using EmbeddingModel model = EmbeddingModel.FromFolder(PathOf("model"));
        Assert.Equal(6, ((Mlnet.Embeddings.Static.StaticModel)model).Tokenizer.VocabularySize);
    }

    [Fact]
    public async Task A_row_with_another_number_of_fields_is_named()
    {
        File.WriteAllText(PathOf("pairs.tsv"), "a\tb c\td e\nonly\tone\n");

        (await Train("--pairs", PathOf("pairs.tsv"))).AssertRefused("pairs.tsv", "line 2", "2 tab-separated fields");
    }

    [Fact]
    public async Task A_compressed_file_that_is_not_gzip_is_refused()
    {
        File.WriteAllBytes(PathOf("pairs.tsv.zst"), [0x28, 0xB5, 0x2F, 0xFD, 0xFF, 0xFE, 0x80]);

        (await Train("--pairs", PathOf("pairs.tsv.zst"))).AssertRefused("not UTF-8", ".gz");
    }

    [Fact]
    public async Task An_output_that_cannot_be_written_is_told_of_before_the_training()
    {
        File.WriteAllText(PathOf("pairs.tsv"), Pairs());
        File.WriteAllText(PathOf("model"), "a file in the way");

        (await Train("--pairs", PathOf("pairs.tsv"))).AssertRefused("is a file");
        (await ToolRun.Of(["train-static", "--pairs", PathOf("pairs.tsv"), "--output", Path.Combine(PathOf("pairs.tsv"), "below")])).AssertRefused();
    }

    [Fact]
    public async Task Errors_speak_of_flags()
    {
        File.WriteAllText(PathOf("pairs.tsv"), Pairs());

        ToolRun few = await Train("--pairs", PathOf("pairs.tsv"), "--batch-size", "4000");
        Assert.Equal(2, few.ExitCode);
        Assert.Contains("--batch-size", few.Error);
        Assert.DoesNotContain("Parameter", few.Error);
        Assert.False(Directory.Exists(PathOf("model")));
        (await Train("--pairs", PathOf("pairs.tsv"), "--temperature", "0")).AssertRefused("--temperature is 0");
        (await Train("--pairs", PathOf("pairs.tsv"), "--vocabulary-size", "3")).AssertRefused("--vocabulary-size");
        (await Train("--pairs", PathOf("pairs.tsv"), "--vocabulary", "nothere.txt")).AssertRefused("nothere.txt");
    }

    [Fact]
    public async Task A_gzip_file_that_is_none_is_named()
    {
        File.WriteAllText(PathOf("pairs.tsv.gz"), Pairs());

        (await Train("--pairs", PathOf("pairs.tsv.gz"))).AssertRefused("pairs.tsv.gz", "gzip");
    }

    [Theory]
    [InlineData("--pairs", "missing.tsv")]
    [InlineData("--pairs", ".")]
    [InlineData("--pairs", "-", "--keep", "source=2")]
    [InlineData("--pairs", "-", "--matryoshka", "8,many")]
    [InlineData("--pairs", "-", "--matryoshka", "99")]
    [InlineData("--pairs", "-", "--batch-size", "1")]
    [InlineData("--pairs", "-")]
    public async Task Bad_input_is_refused_in_one_line(params string[] args) => (await Train(args)).AssertRefused();

    private static string Pairs()
    {
        StringBuilder text = new();
        string[] words = ["red", "green", "blue"];
        for (int i = 0; i < 100; i++)
        {
            text.Append($"good\t{words[i % 3]} words {words[i % 3]} {i % 7}\t{words[i % 3]} texts {i % 5}\n");
        }

        return text.ToString();
    }

    private async Task<byte[]> Weights(string[] args, Stream? input = null)
    {
        ToolRun run = await ToolRun.Of(Arguments(args), input: input);
        Assert.True(run.ExitCode == 0, run.Error);
        return File.ReadAllBytes(PathOf("model/model.safetensors"));
    }

    private Task<ToolRun> Train(params string[] args) => ToolRun.Of(Arguments(args));

    private string[] Arguments(string[] args)
    {
        List<string> all = ["train-static", "--columns", "source,left,right", "--output", PathOf("model"), "--dimensions", "16", "--vocabulary-size", "60", "--passes", "1", "--threads", "1", .. args];
        if (!args.Contains("--batch-size"))
        {
            all.AddRange(["--batch-size", "10"]);
        }

        return [.. all];
    }

    private string PathOf(string name) => _scratch[name];
}
