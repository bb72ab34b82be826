using System.Globalization;
using System.Text;
using System.Text.Json;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Tests;

public sealed class EmbedTests
{
    private static readonly string[] Texts = ["plain", "with, comma", "with \"quotes\"", "naïve café 😀", "", "semi;colon"];
    private static readonly FakeModel Model = new();

    [Fact]
    public async Task Csv_keeps_its_columns_as_they_stand_and_gains_the_embedding_as_a_json_array()
    {
        using Scratch scratch = new();
        string input = scratch.Write("in.csv", "\uFEFFid,Text\r\n1,\"two\nlines, and \"\"quotes\"\"\"\r\n2,plain\r\n");

        ToolRun run = await Embed("--input", input, "--output", scratch["out.csv"], "--quiet");

        Assert.Equal((0, "", ""), (run.ExitCode, run.Out, run.Error));
        string expected = $"id,Text,embedding\n1,\"two\nlines, and \"\"quotes\"\"\",\"{Json("two\nlines, and \"quotes\"")}\"\n2,plain,\"{Json("plain")}\"\n";
        Assert.Equal(expected, File.ReadAllText(scratch["out.csv"]));
        Assert.False(Directory.Exists(scratch["out.csv.parts"]));
    }

    public static TheoryData<string, string> Conversions()
    {
        TheoryData<string, string> data = [];
        foreach (string from in (string[])["csv", "tsv", "jsonl", "parquet", "txt"])
        {
            foreach (string to in (string[])["csv", "tsv", "jsonl", "parquet", "npy"])
            {
                data.Add(from, to);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Conversions))]
    public async Task Every_format_goes_into_every_other_with_the_same_texts_and_vectors(string from, string to)
    {
        Assert.SkipUnless(TableFiles.KnowsParquet || (from != "parquet" && to != "parquet"), "This build was made without DuckDB.NET.");
        using Scratch scratch = new();
        string input = await Table(scratch, from);
        string output = scratch["out." + to];

        ToolRun run = await Embed("--input", input, "--output", output, "--rows-per-part", "4");

        Assert.True(run.ExitCode == 0, run.Error);
        float[][] vectors = to == "npy" ? ReadNpy(output) : [.. (await Rows(scratch, output)).Select(r => r.Vector)];
        Assert.Equal(Texts.Select(t => Model.VectorOf(t)), vectors);
        if (to != "npy")
        {
            Assert.Equal(Texts, (await Rows(scratch, output)).Select(r => r.Text));
        }
    }

    [Fact]
    public async Task Numbers_and_flags_of_json_lines_keep_their_types_in_parquet()
    {
        Assert.SkipUnless(TableFiles.KnowsParquet, "This build was made without DuckDB.NET.");
        using Scratch scratch = new();
        string input = scratch.Write("in.jsonl", """
            {"text":"a","n":1,"x":1,"ok":true,"mixed":1,"list":[1,2]}
            {"text":"b","n":null,"x":2.5,"ok":false,"mixed":"two"}
            """);

        Assert.Equal(0, (await Embed("--input", input, "--output", scratch["out.parquet"])).ExitCode);
        Assert.Equal(0, (await Embed("--input", scratch["out.parquet"], "--output", scratch["back.jsonl"], "--embedding-column", "again")).ExitCode);

        string[] lines = File.ReadAllLines(scratch["back.jsonl"]);
        Assert.StartsWith("""{"text":"a","n":1,"x":1.0,"ok":true,"mixed":"1","list":"[1,2]","embedding":[""", lines[0]);
        Assert.StartsWith("""{"text":"b","n":null,"x":2.5,"ok":false,"mixed":"two","list":null,"embedding":[""", lines[1]);
    }

    [Fact]
    public async Task Rows_keep_their_order_through_many_blocks_and_parts()
    {
        using Scratch scratch = new();
        string[] lines = [.. Enumerable.Range(0, 20_000).Select(i => $"line {i}")];
        string input = scratch.Write("in.txt", string.Join('\n', lines));

        ToolRun run = await Embed("--input", input, "--output", scratch["out.npy"], "--rows-per-part", "3333");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(lines.Select(l => Model.VectorOf(l)), ReadNpy(scratch["out.npy"]));
    }

    [Fact]
    public async Task A_prompt_stands_before_each_text()
    {
        using Scratch scratch = new();
        string input = scratch.Write("in.txt", "a\n");

        await Embed("--input", input, "--output", scratch["out.npy"], "--prompt", "query");

        Assert.Equal([Model.VectorOf("query: a")], ReadNpy(scratch["out.npy"]));
        (await Embed("--input", input, "--output", scratch["out.npy"], "--prompt", "nonsense")).AssertRefused("nonsense", "query");
    }

    [Theory]
    [InlineData("a,b\n1,x\n", "--text-column", "B", "x")]
    [InlineData("a,b\n1,x\n", "--text-column", "b", "x")]
    [InlineData("1,x\n", "--text-column", "2", "x")]
    [InlineData("a,2\n1,x\n", "--text-column", "2", "x")]
    [InlineData("TEXT,other\nx,1\n", "--quiet", null, "x")]
    [InlineData("body\nx\n", "--quiet", null, "x")]
    public async Task The_text_column_is_found_by_name_or_number_or_because_it_is_plain(string csv, string option, string? value, string text)
    {
        using Scratch scratch = new();
        string input = scratch.Write("in.csv", csv);
        string[] options = value is null ? [option] : [option, value];

        ToolRun run = await Embed(["--input", input, "--output", scratch["out.npy"], .. options]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([Model.VectorOf(text)], ReadNpy(scratch["out.npy"]));
    }

    [Fact]
    public async Task A_number_is_a_place_under_a_header_that_is_said_to_be_there()
    {
        using Scratch scratch = new();
        string input = scratch.Write("in.csv", "a,b\n1,x\n");

        await Embed("--input", input, "--output", scratch["out.csv"], "--text-column", "2", "--no-header", "false");

        Assert.Equal($"a,b,embedding\n1,x,\"{Json("x")}\"\n", File.ReadAllText(scratch["out.csv"]));
    }

    [Fact]
    public async Task Standard_input_is_read_as_the_format_that_is_named()
    {
        using Scratch scratch = new();
        MemoryStream input = new("{\"text\":\"x\"}\n"u8.ToArray());

        ToolRun run = await ToolRun.Of(["embed", "--input", "-", "--format", "jsonl", "--output", scratch["out.jsonl"]], _ => Model, input);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal($"{{\"text\":\"x\",\"embedding\":{Json("x")}}}\n", File.ReadAllText(scratch["out.jsonl"]));
    }

    [Theory]
    [InlineData("csv", "text\n")]
    [InlineData("txt", "")]
    public async Task A_table_without_rows_gives_an_empty_but_valid_output(string extension, string content)
    {
        using Scratch scratch = new();
        string input = scratch.Write("in." + extension, content);

        Assert.Equal(0, (await Embed("--input", input, "--output", scratch["out.npy"])).ExitCode);
        Assert.Equal(0, (await Embed("--input", input, "--output", scratch["out.csv"])).ExitCode);

        Assert.Empty(ReadNpy(scratch["out.npy"]));
        Assert.Equal("text,embedding\n", File.ReadAllText(scratch["out.csv"]));
    }

    [Fact]
    public async Task Bad_files_and_columns_are_refused_in_one_line()
    {
        using Scratch scratch = new();
        string csv = scratch.Write("in.csv", "id,body\n1,x\n");
        string embedded = scratch.Write("done.csv", "text,embedding\nx,y\n");
        string output = scratch["out.csv"];

        (await Embed("--input", scratch["none.csv"], "--output", output)).AssertRefused("none.csv");
        (await Embed("--input", csv, "--output", output)).AssertRefused("in.csv", "id, body", "--text-column");
        (await Embed("--input", csv, "--output", output, "--text-column", "nonsense")).AssertRefused("nonsense", "id, body");
        (await Embed("--input", csv, "--output", scratch["none/out.csv"], "-c", "body")).AssertRefused("none");
        (await Embed("--input", csv, "--output", scratch["out.txt"], "-c", "body")).AssertRefused(".npy");
        (await Embed("--input", csv, "--output", csv, "-c", "body")).AssertRefused("in.csv");
        (await Embed("--input", embedded, "--output", output)).AssertRefused("--embedding-column");
        (await Embed("--input", "-", "--output", output)).AssertRefused("--format");
        (await Embed("--input", csv, "--output", output, "-c", "body", "--rows-per-part", "0")).AssertRefused("--rows-per-part");
        (await Embed("--input", csv, "--output", output, "-c", "body", "--encoding", "ebcdic")).AssertRefused("latin1");
        Assert.False(File.Exists(output));
    }

    [Fact]
    public async Task A_file_that_only_claims_to_be_parquet_is_refused()
    {
        using Scratch scratch = new();
        string input = scratch.Write("in.parquet", "PAR1 but no more");

        (await Embed("--input", input, "--output", scratch["out.csv"])).AssertRefused(TableFiles.KnowsParquet ? "in.parquet" : "DuckDB.NET");
    }

    private static Task<ToolRun> Embed(params string[] args) => ToolRun.Of(["embed", .. args], _ => Model);

    private static string Json(string text) => "[" + string.Join(',', Model.VectorOf(text).Select(v => v.ToString(CultureInfo.InvariantCulture))) + "]";

    // The texts as a table of each format, with a column before them where there are columns.
    private static async Task<string> Table(Scratch scratch, string extension)
    {
        string content = extension switch
        {
            "csv" => "id,text\n" + string.Concat(Texts.Select((t, i) => $"{i},\"{t.Replace("\"", "\"\"")}\"\n")),
            "tsv" => "id\ttext\n" + string.Concat(Texts.Select((t, i) => $"{i}\t{t}\n")),
            "txt" => string.Concat(Texts.Select(t => t + "\n")),
            _ => string.Concat(Texts.Select((t, i) => $"{{\"id\": {i}, \"text\": {JsonSerializer.Serialize(t)} }}\n")),
        };
        if (extension != "parquet")
        {
            return scratch.Write("in." + extension, content);
        }

        string lines = scratch.Write("source.jsonl", content);
        Assert.Equal(0, (await Embed("--input", lines, "--output", scratch["in.parquet"], "--embedding-column", "unused")).ExitCode);
        return scratch["in.parquet"];
    }

    // Rows are compared as JSON lines; the other formats are brought there by the reader under test, which has tests of its own.
    private static async Task<List<(string Text, float[] Vector)>> Rows(Scratch scratch, string path)
    {
        if (!path.EndsWith(".jsonl"))
        {
            string lines = scratch["rows.jsonl"];
            ToolRun run = await Embed("--input", path, "--output", lines, "--embedding-column", "again", "--restart");
            Assert.True(run.ExitCode == 0, run.Error);
            path = lines;
        }

        List<(string, float[])> rows = [];
        foreach (string line in File.ReadLines(path))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement embedding = document.RootElement.GetProperty("embedding");
            float[] vector = embedding.ValueKind == JsonValueKind.String ? JsonSerializer.Deserialize<float[]>(embedding.GetString()!)! : embedding.Deserialize<float[]>()!;
            rows.Add((document.RootElement.GetProperty("text").GetString()!, vector));
        }

        return rows;
    }

    // As numpy.load reads it.
    private static float[][] ReadNpy(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        Assert.Equal([0x93, .. "NUMPY\u0001\0"u8], bytes.AsSpan(0, 8).ToArray());
        int start = 10 + BitConverter.ToUInt16(bytes, 8);
        Assert.Equal(0, start % 64);
        string header = Encoding.ASCII.GetString(bytes, 10, start - 10);
        System.Text.RegularExpressions.Match shape = System.Text.RegularExpressions.Regex.Match(header, @"^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \} *\n$");
        Assert.True(shape.Success, header);
        int rows = int.Parse(shape.Groups[1].Value, CultureInfo.InvariantCulture);
        int dimensions = int.Parse(shape.Groups[2].Value, CultureInfo.InvariantCulture);
        Assert.Equal(start + ((long)rows * dimensions * 4), bytes.Length);
        return [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, dimensions).Select(d => BitConverter.ToSingle(bytes, start + (((r * dimensions) + d) * 4))).ToArray())];
    }
}
