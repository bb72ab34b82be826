using System.Buffers.Binary;
using System.Text;
using Mlnet.Embeddings.Persistence;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Persistence;

public class SafetensorsFileTests
{
    [Fact]
    public void What_was_written_is_read()
    {
        SafetensorsWriter writer = new();
        writer.AddMetadata("format", "test");
        writer.Add("floats", [1.5f, -2f, 0f, 3f, 4f, 5f], 2, 3);
        writer.Add("bytes", (ReadOnlySpan<sbyte>)[-128, 127, 1], 3);
        writer.Add("empty", ReadOnlySpan<float>.Empty, 0, 7);
        byte[] content = writer.ToArray();
        SafetensorsFile file = SafetensorsFile.Parse(content, "memory");

        Assert.Equal("test", file.Metadata["format"]);
        Assert.Equal([2, 3], file.Get("floats").Shape.ToArray());
        Assert.Equal([1.5f, -2f, 0f, 3f, 4f, 5f], file.Get("floats").ToSingles());
        Assert.Equal([-128, 127, 1], file.Get("bytes").ToInt32s());
        Assert.Equal(0, file.Get("empty").Length);
        Assert.Equal(0ul, BinaryPrimitives.ReadUInt64LittleEndian(content) % 8);
        Assert.Equal(3, file.Tensors.Count);
    }

    [Theory]
    [InlineData("F64", 8, "000000000000F8BF", -1.5f)]
    [InlineData("F32", 4, "0000C0BF", -1.5f)]
    [InlineData("F16", 2, "00BE", -1.5f)]
    [InlineData("BF16", 2, "C0BF", -1.5f)]
    [InlineData("I8", 1, "FE", -2f)]
    [InlineData("U8", 1, "FE", 254f)]
    [InlineData("BOOL", 1, "01", 1f)]
    [InlineData("I16", 2, "FEFF", -2f)]
    [InlineData("I32", 4, "FEFFFFFF", -2f)]
    [InlineData("I64", 8, "FEFFFFFFFFFFFFFF", -2f)]
    public void Each_type_is_converted(string type, int size, string bytes, float expected)
    {
        byte[] file = FileOf($$"""{"t":{"dtype":"{{type}}","shape":[1],"data_offsets":[0,{{size}}] } }""", Convert.FromHexString(bytes));
        SafetensorsTensor tensor = SafetensorsFile.Parse(file, "memory").Get("t");
        Assert.Equal([expected], tensor.ToSingles());
        if (type[0] is 'F' || type == "BF16")
        {
            Assert.Throws<InvalidDataException>(() => tensor.ToInt32s());
        }
        else
        {
            Assert.Equal([(int)expected], tensor.ToInt32s());
        }
    }

    [Theory]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "t")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "8")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "gap")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"u":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "overlaps")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "twice")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "lies")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,-4]}}""", 4, "negative")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "too large")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,4],"data_offsets":[0,0]}}""", 0, "too large")]
    [InlineData("""{"t":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, "too large")]
    [InlineData("""{"t":{"dtype":"F32","shape":[0.5],"data_offsets":[0,4]}}""", 4, "integer")]
    [InlineData("""{"t":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1, "F8_E4M3")]
    [InlineData("""{"t":{"dtype":"2","shape":[1],"data_offsets":[0,1]}}""", 1, "'2'")]
    [InlineData("""{"t":{"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "'x'")]
    [InlineData("""{"t":3}""", 0, "StartObject")]
    [InlineData("""[]""", 0, "StartArray")]
    [InlineData("""{"t":{"dtype":"F32\",""", 0, "JSON")]
    [InlineData("""{} {}""", 0, "")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "__metadata__")]
    public void A_damaged_header_is_refused_with_what_is_wrong(string header, int data, string mentioned)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Parse(FileOf(header, new byte[data]), "some/model.safetensors"));
        Assert.Contains("some/model.safetensors", error.Message, StringComparison.Ordinal);
        Assert.Contains(mentioned, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000000000000")]
    [InlineData("FFFFFFFFFFFFFFFF7B7D")]
    [InlineData("01E1F505000000007B7D")]
    [InlineData("03000000000000007B7D")]
    public void A_header_length_beyond_the_file_or_the_limit_is_refused(string bytes) =>
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Parse(Convert.FromHexString(bytes), "f"));

    [Fact]
    public void A_missing_tensor_is_named_with_those_there_are()
    {
        SafetensorsWriter writer = new();
        writer.Add("embeddings", [1f], 1);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Parse(writer.ToArray(), "f").Get("weights"));
        Assert.Contains("'weights'", error.Message, StringComparison.Ordinal);
        Assert.Contains("embeddings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_writer_refuses_shapes_that_do_not_fit_and_names_that_are_taken()
    {
        SafetensorsWriter writer = new();
        writer.Add("t", [1f, 2f], 2);
        Assert.Throws<ArgumentException>(() => writer.Add("u", [1f, 2f], 3));
        Assert.Throws<ArgumentException>(() => writer.Add("t", [1f], 1));
        Assert.Throws<ArgumentException>(() => writer.Add("__metadata__", [1f], 1));
    }

    [Fact]
    public void Mutated_files_are_read_or_refused_but_nothing_else()
    {
        SafetensorsWriter writer = new();
        writer.AddMetadata("k", "v");
        writer.Add("a", [1f, 2f, 3f, 4f], 2, 2);
        writer.Add("b", (ReadOnlySpan<sbyte>)[1, 2, 3, 4], 4);
        byte[] original = writer.ToArray();
        Random random = new(20240607);
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] mutant = original[..(random.Next(8) == 0 ? random.Next(original.Length + 1) : original.Length)];
            for (int i = random.Next(1, 4); i > 0 && mutant.Length > 0; i--)
            {
                mutant[random.Next(Math.Min(mutant.Length, 180))] = (byte)(random.Next(2) == 0 ? random.Next(256) : "0123456789[]{}\",:-"[random.Next(18)]);
            }

            try
            {
                foreach (SafetensorsTensor tensor in SafetensorsFile.Parse(mutant, "mutant").Tensors.Values)
                {
                    Assert.Equal(tensor.Length, tensor.ToSingles().Length);
                }
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 5_000, 19_999);
    }

    private static byte[] FileOf(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. data];
    }
}
