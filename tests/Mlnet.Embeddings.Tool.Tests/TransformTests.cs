using System.Buffers.Binary;
using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Mlnet.Embeddings.Tool.Vectors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tool.Tests;

public sealed class TransformTests
{
    [Fact]
    public async Task A_chain_is_fitted_applied_kept_and_applied_again()
    {
        using Scratch scratch = new();
        EmbeddingMatrix rows = Random(300, 6);
        string vectors = Npy(scratch, "a.npy", rows);

        ToolRun run = await ToolRun.Of(["transform", "--fit", vectors, "--input", vectors, "--with", "center,whiten:zca(alpha=1,eps=0),truncate:4,l2", "--output", scratch["b.npy"], "--save", scratch["chain"]]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("Wrote 300 rows of 4 dimensions", run.Error);
        EmbeddingMatrix written = VectorFiles.ReadWhole(scratch["b.npy"], new(), "");
        Assert.Equal(TransformRecipe.Parse("center,whiten,truncate:4,l2").Fit(rows).Apply(rows).Values.ToArray(), written.Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.False(File.Exists(scratch["b.npy.part"]));

        run = await ToolRun.Of(["transform", "--load", scratch["chain"], "--input", vectors, "--output", scratch["c.npy"], "--quiet"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("", run.Error);
        Assert.Equal(File.ReadAllBytes(scratch["b.npy"]), File.ReadAllBytes(scratch["c.npy"]));
    }

    [Theory]
    [InlineData("v.csv", "id,embedding\n1,\"[1, 2.5, -3]\"\n2,\"[4,5,6e-1]\"\n")]
    [InlineData("v.jsonl", "{\"embedding\":[1,2.5,-3]}\n{\"embedding\":[4,5,0.6]}\n")]
    public async Task Tables_with_a_column_of_vectors_are_read_as_well(string name, string content)
    {
        using Scratch scratch = new();
        string table = scratch.Write(name, content);
        ToolRun run = await ToolRun.Of(["transform", "--fit", table, "--input", table, "--with", "truncate:2(l2=false)", "--output", scratch["out.npy"]]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal([1, 2.5f, 4, 5], VectorFiles.ReadWhole(scratch["out.npy"], new(), "").Values.ToArray());
    }

    [Fact]
    public async Task What_embed_writes_can_be_transformed()
    {
        using Scratch scratch = new();
        string texts = scratch.Write("t.csv", "text\n" + string.Join('\n', Enumerable.Range(0, 40).Select(i => $"text number {i * i}")) + "\n");
        foreach (string output in new[] { "v.csv", "v.npy", "v.parquet" })
        {
            Assert.Equal(0, (await ToolRun.Of(["embed", "--input", texts, "--output", scratch[output], "--quiet"], _ => new FakeModel())).ExitCode);
            ToolRun run = await ToolRun.Of(["transform", "--fit", scratch[output], "--input", scratch[output], "--with", "center,l2", "--output", scratch[output + ".npy"]]);
            Assert.True(run.ExitCode == 0, run.Error);
        }

        Assert.Equal(File.ReadAllBytes(scratch["v.npy.npy"]), File.ReadAllBytes(scratch["v.csv.npy"]));
        Assert.Equal(File.ReadAllBytes(scratch["v.npy.npy"]), File.ReadAllBytes(scratch["v.parquet.npy"]));
    }

    [Fact]
    public async Task Numpys_other_floats_are_read()
    {
        using Scratch scratch = new();
        byte[] doubles = [.. Header("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }"), .. BitConverter.GetBytes(1.5), .. BitConverter.GetBytes(-2.0)];
        byte[] halves = [.. Header("{'shape': (1, 2), 'fortran_order': False, 'descr': '<f2'}"), 0x00, 0x3E, 0x00, 0xC0];
        foreach (byte[] file in new[] { doubles, halves })
        {
            string path = scratch.Write("x.npy", file);
            Assert.Equal([1.5f, -2], VectorFiles.ReadWhole(path, new(), "").Values.ToArray());
        }

        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 2), }", "astype")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", "ascontiguousarray")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "shape (2,)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 99999999999), }", "99999999999")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "take")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }", "take 12")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1, 2), }", "'|O'")]
    [InlineData("{'fortran_order': False, 'shape': (1, 2), }", "lacks one of")]
    public async Task Npy_files_that_are_not_read_say_why(string header, string because)
    {
        using Scratch scratch = new();
        string path = scratch.Write("x.npy", [.. Header(header), .. new byte[8]]);
        (await ToolRun.Of(["describe", "--input", path])).AssertRefused("x.npy", because);
    }

    [Fact]
    public async Task A_npy_file_that_ends_inside_its_first_bytes_is_refused_by_name()
    {
        using Scratch scratch = new();
        string path = scratch.Write("cut.npy", [0x93, .. "NUMPY"u8, 2, 0, 0, 0]);
        (await ToolRun.Of(["describe", "--input", path])).AssertRefused("cut.npy", "damaged");
    }

    [Theory]
    [InlineData("v.npy")]
    [InlineData("v.csv")]
    public async Task A_pipe_is_refused_since_vectors_are_read_more_than_once(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A link to a process's own pipe is made here as Linux names it.");
        using Scratch scratch = new();
        using AnonymousPipeServerStream writing = new(PipeDirection.Out);
        using AnonymousPipeClientStream reading = new(PipeDirection.In, writing.ClientSafePipeHandle);
        File.CreateSymbolicLink(scratch[name], $"/proc/self/fd/{reading.SafePipeHandle.DangerousGetHandle()}");
        (await ToolRun.Of(["describe", "--input", scratch[name]])).AssertRefused(name, "is a pipe", "into a file first");
    }

    [Fact]
    public async Task A_full_disk_is_told_and_keeps_no_unfinished_files()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "The device that is always full is Linux's.");
        using Scratch scratch = new();
        string few = Npy(scratch, "few.npy", Random(3, 2));
        string many = Npy(scratch, "many.npy", Random(3000, 8));
        await Full(["--input", few, "--output", scratch["out.npy"]], few, "out.npy.part");
        await Full(["--input", many, "--output", scratch["out.npy"]], many, "out.npy.part");
        await Full(["--save", scratch["chain"]], few, "chain.part");

        async Task Full(string[] flags, string fit, string unfinished)
        {
            File.CreateSymbolicLink(scratch[unfinished], "/dev/full");
            ToolRun run = await ToolRun.Of(["transform", "--with", "center", "--fit", fit, "--quiet", .. flags]);
            run.AssertRefused(unfinished);
            Assert.DoesNotContain(scratch[unfinished], Directory.GetFiles(Path.GetDirectoryName(fit)!));
        }
    }

    [Fact]
    public async Task A_damaged_npy_file_is_refused_or_a_matrix()
    {
        using Scratch scratch = new();
        byte[] whole = [.. File.ReadAllBytes(Npy(scratch, "a.npy", Random(5, 3)))];
        Random random = new(1);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(80)] = (byte)random.Next(256);
            string path = scratch.Write("x.npy", i % 3 == 0 ? damaged[..random.Next(damaged.Length)] : damaged);
            try
            {
                Assert.InRange(VectorFiles.ReadWhole(path, new(), "").Values.Length, 1, 30);
            }
            catch (ToolException)
            {
            }
        }

        await Task.CompletedTask;
    }

    [Fact]
    public async Task Flags_that_do_not_go_together_are_refused()
    {
        using Scratch scratch = new();
        string a = Npy(scratch, "a.npy", Random(5, 3));
        string b = scratch["b.npy"];
        await Refused(["--input", a, "--output", b], "--with", "--load");
        await Refused(["--with", "center", "--input", a, "--output", b], "--fit");
        await Refused(["--with", "center", "--fit", a], "--save");
        await Refused(["--with", "center", "--fit", a, "--input", a], "--output");
        await Refused(["--with", "centre", "--fit", a, "--input", a, "--output", b], "At character 1", "there is center, whiten");
        await Refused(["--with", "truncate:4", "--fit", a, "--input", a, "--output", b], "a.npy", "'truncate' at character 1");
        await Refused(["--with", "center", "--fit", a, "--input", a, "--output", a], "named twice");
        await Refused(["--with", "center", "--fit", a, "--input", a, "--output", scratch["b.csv"]], ".npy");
        await Refused(["--load", a, "--input", a, "--output", b], "a.npy");
        await Refused(["--with", "center", "--fit", scratch["no.npy"], "--input", a, "--output", b], "no.npy");
        await Refused(["--with", "center", "--fit", a, "--input", Npy(scratch, "wide.npy", Random(2, 4)), "--output", b], "4 dimensions", "fitted on 3");
        EmbeddingMatrix bad = Random(4, 3);
        bad.Row(2)[1] = float.NaN;
        await Refused(["--with", "l2", "--fit", a, "--input", Npy(scratch, "bad.npy", bad), "--output", b], "bad.npy", "row 2");
        Assert.False(File.Exists(b));
        Assert.False(File.Exists(b + ".part"));

        static async Task Refused(string[] flags, params string[] mentions)
        {
            ToolRun run = await ToolRun.Of(["transform", .. flags, "--quiet"]);
            run.AssertRefused(mentions);
        }
    }

    [Fact]
    public async Task Help_lists_every_step_and_argument()
    {
        ToolRun run = await ToolRun.Of(["transform", "--help"]);
        Assert.Equal(0, run.ExitCode);
        foreach (TransformStepInfo step in TransformRecipe.Steps)
        {
            Assert.Contains("  " + step.Name, run.Out);
            Assert.All(step.Parameters, p => Assert.Contains($"{p.Name}={p.Default}", run.Out));
        }
    }

    [Fact]
    public async Task Describe_prints_text_or_one_json_object()
    {
        using Scratch scratch = new();
        string a = Npy(scratch, "a.npy", Random(200, 5));
        ToolRun text = await ToolRun.Of(["describe", "--input", a]);
        Assert.Contains("effective rank", text.Out);
        ToolRun json = await ToolRun.Of(["describe", "--input", a, "--json"]);
        Assert.Equal(200, JsonDocument.Parse(json.Out).RootElement.GetProperty("rows").GetInt32());
        Assert.Equal("", json.Error);
    }

    [Fact]
    public async Task A_file_to_transform_that_is_not_there_is_told_before_the_fit()
    {
        using Scratch scratch = new();
        string a = Npy(scratch, "a.npy", Random(20, 5));
        (await ToolRun.Of(["transform", "--fit", a, "--with", "center", "--save", scratch["chain"], "--input", scratch["b.npy"], "--output", scratch["c.npy"]])).AssertRefused("b.npy", "no file");
        Assert.False(File.Exists(scratch["chain"]));
    }

    [Fact]
    public async Task Vectors_that_would_be_written_as_NaN_are_refused()
    {
        using Scratch scratch = new();
        EmbeddingMatrix rows = Random(50, 5);
        string a = Npy(scratch, "a.npy", rows);
        rows.Values.Fill(float.MaxValue);
        rows.Row(7).Fill(float.MinValue);
        string b = Npy(scratch, "b.npy", rows);
        (await ToolRun.Of(["transform", "--fit", a, "--with", "whiten:zca", "--input", b, "--output", scratch["c.npy"], "--quiet"])).AssertRefused("b.npy", "row 0 exceeds single precision");
        Assert.False(File.Exists(scratch["c.npy"]));
    }

    [Fact]
    public async Task A_vector_with_NaN_in_a_table_is_called_that()
    {
        using Scratch scratch = new();
        string table = scratch.Write("v.csv", "embedding\n\"[1,2]\"\n\"[nan,1]\"\n");
        (await ToolRun.Of(["describe", "--input", table])).AssertRefused("v.csv, line 3", "without NaN or infinity");
    }

    [Fact]
    public async Task Describe_refuses_options_of_tables_for_an_array()
    {
        using Scratch scratch = new();
        string a = Npy(scratch, "a.npy", Random(20, 5));
        (await ToolRun.Of(["describe", "--input", a, "--column", "embedding"])).AssertRefused("a.npy", "--column says");
        (await ToolRun.Of(["describe", "--input", a, "--format", "csv", "--no-header"])).AssertRefused("a.npy", "--format, --no-header say");
    }

    [Fact]
    public async Task Evaluations_fit_a_chain_on_the_training_side()
    {
        using Scratch scratch = new();
        string train = scratch.Write("train.csv", "text,label\n" + string.Join('\n', Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? $"aa{i}" : $"zz{i}{i}") + $",{i % 2}")) + "\n");
        ToolRun run = await ToolRun.Of(["evaluate", "classification", "--train", train, "--test", train, "--text", "text", "--label", "label", "--protocol", "full", "--with", "whiten:pca(k=3),l2", "--json"], _ => new FakeModel());
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("fake + whiten:pca(k=3),l2", JsonDocument.Parse(run.Out).RootElement.GetProperty("model").GetString());
    }

    [Fact]
    public async Task Evaluations_without_a_training_side_want_texts_to_fit_on()
    {
        using Scratch scratch = new();
        string data = scratch.Write("sts.csv", "a,b,s\nx,x,5\nx,yy,1\nxy,xyz,3\n");
        string fit = scratch.Write("fit.csv", "body\nxy\nz\nyyz\nxxx\n");
        string[] flags = ["evaluate", "sts", "--data", data, "--left", "a", "--right", "b", "--score", "s", "--json"];
        (await Run([.. flags, "--with", "center"])).AssertRefused("--fit", "--text");
        (await Run([.. flags, "--fit", fit, "--text", "body"])).AssertRefused("--with");
        ToolRun run = await Run([.. flags, "--with", "center", "--fit", fit, "--text", "body"]);
        Assert.True(run.ExitCode == 0, run.Error);

        static Task<ToolRun> Run(string[] args) => ToolRun.Of(args, _ => new FakeModel());
    }

    private static EmbeddingMatrix Random(int rows, int dimensions)
    {
        Random random = new(rows);
        EmbeddingMatrix result = new(rows, dimensions);
        for (int i = 0; i < result.Values.Length; i++)
        {
            result.Values[i] = (float)random.NextDouble() - 0.3f;
        }

        return result;
    }

    private static string Npy(Scratch scratch, string name, EmbeddingMatrix rows)
    {
        using NpyWriter writer = new(scratch[name], rows.Dimensions);
        writer.Write(rows.Values);
        writer.Finish();
        return scratch[name];
    }

    private static byte[] Header(string dictionary)
    {
        byte[] header = new byte[10 + dictionary.Length + 1];
        header[0] = 0x93;
        "NUMPY\u0001\0"u8.CopyTo(header.AsSpan(1));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(dictionary.Length + 1));
        Encoding.ASCII.GetBytes(dictionary + "\n").CopyTo(header, 10);
        return header;
    }
}
