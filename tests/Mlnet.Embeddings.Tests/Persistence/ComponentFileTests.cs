using System.Security.Cryptography;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Tests.Persistence;

/// <summary>What <see cref="ComponentFile"/> says to files whose checksums are right and whose content is not, and to noise.</summary>
public sealed class ComponentFileTests
{
    private static readonly string Sum = Convert.ToHexStringLower(SHA256.HashData("abc"u8));

    [Fact]
    public void What_is_written_is_read()
    {
        ComponentFile read = Read(Sample());
        Assert.Equal(("Sample", 3), (read.Kind, read.Version));
        Assert.Equal(["", "a", "b"], read.Parts.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 3], read.Part("a"));
        Assert.Empty(read.Part(""));
    }

    public static TheoryData<string> HostileIndexes =>
    [
        "null",
        "[]",
        "7",
        "{",
        "{}",
        """{"Kind":"K","Version":1,"Writer":"","Parts":null}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":[null]}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":{}}""",
        """{"Kind":null,"Version":1,"Writer":"","Parts":[]}""",
        """{"Version":1,"Writer":"","Parts":[]}""",
        """{"Kind":"K","Version":0,"Writer":"","Parts":[]}""",
        """{"Kind":"K","Version":-1,"Writer":"","Parts":[]}""",
        """{"Kind":"K","Version":99999999999,"Writer":"","Parts":[]}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":null,"Length":3,"Sha256":"SUM"}]}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":"a","Length":3,"Sha256":null}]}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":"a","Length":3}]}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":"a","Length":-3,"Sha256":"SUM"}]}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":"a","Length":4,"Sha256":"SUM"}]}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":"a","Length":2147483000,"Sha256":"SUM"}]}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":"a","Length":9223372036854775807,"Sha256":"SUM"}]}""",
        """{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":"a","Length":3,"Sha256":"SUM"},{"Name":"a","Length":0,"Sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]}""",
    ];

    [Theory]
    [MemberData(nameof(HostileIndexes))]
    public void An_index_that_makes_no_sense_is_refused_however_right_its_checksum(string index)
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Read(Craft(index.Replace("SUM", Sum, StringComparison.Ordinal), "abc"u8)));
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.Contains("again", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_as_crafted_here_is_read_where_it_makes_sense() =>
        Assert.Equal("abc"u8, Read(Craft($$"""{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":"a","Length":3,"Sha256":"{{Sum}}"}]}""", "abc"u8)).Part("a"));

    [Fact]
    public void A_newer_format_is_refused_with_its_number()
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Read(Craft("{}", [], format: 12)));
        Assert.Contains("format 12", error.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_part_is_named()
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Read(Sample()).Part("weights"));
        Assert.Contains("'weights'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_is_refused_and_nothing_else_happens()
    {
        Random random = new(11);
        byte[] good = Sample();
        for (int trial = 0; trial < 3000; trial++)
        {
            byte[] bytes = Mutate(good, random);
            if (bytes.AsSpan().StartsWith(good))
            {
                continue;
            }

            Assert.Throws<InvalidDataException>(() => Read(bytes));
        }
    }

    [Fact]
    public void Noise_in_an_index_with_a_right_checksum_is_refused_or_read()
    {
        Random random = new(12);
        byte[] good = System.Text.Encoding.UTF8.GetBytes($$"""{"Kind":"K","Version":1,"Writer":"","Parts":[{"Name":"a","Length":3,"Sha256":"{{Sum}}"}]}""");
        int refused = 0;
        for (int trial = 0; trial < 3000; trial++)
        {
            byte[] file = Craft(Mutate(good, random), "abc"u8);
            try
            {
                Assert.NotNull(Read(file).Kind);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1500, 3000);
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        List<byte> bytes = [.. good];
        for (int edits = random.Next(1, 4); edits > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at - (at == 0 ? 1 : 0)));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes[at] = "\0\u007f-09\"{}[],"u8[random.Next(11)];
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Sample()
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        new ComponentFile("Sample", 3, new Dictionary<string, byte[]> { ["b"] = new byte[100], ["a"] = [1, 2, 3], [""] = [] }).Write(writer);
        return stream.ToArray();
    }

    private static ComponentFile Read(byte[] bytes)
    {
        using BinaryReader reader = new(new MemoryStream(bytes));
        return ComponentFile.Read(reader);
    }

    private static byte[] Craft(string index, ReadOnlySpan<byte> body, int format = 1) => Craft(System.Text.Encoding.UTF8.GetBytes(index), body, format);

    private static byte[] Craft(byte[] index, ReadOnlySpan<byte> body, int format = 1)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write("MLEMBED\n"u8);
        writer.Write(format);
        writer.Write(index.Length);
        writer.Write(SHA256.HashData(index));
        writer.Write(index);
        writer.Write(body);
        return stream.ToArray();
    }
}
