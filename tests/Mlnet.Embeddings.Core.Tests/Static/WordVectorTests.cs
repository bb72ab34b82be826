using System.Text;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Static;
using Mlnet.Embeddings.Tokenization;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Static;

public sealed class WordVectorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("word-vectors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("glove.txt", "east 1 0\nnorth 0 2\nu.s. 3 3\n")]
    [InlineData("windows.txt", "east 1 0\r\nnorth 0 2\r\nu.s. 3 3\r\n")]
    [InlineData("word2vec.vec", "3 2\neast 1 0 \nnorth 0 2 \nu.s. 3 3 \n")]
    [InlineData("exponents.txt", "east 1.0e0 -0\nnorth 0 20e-1\nu.s. 3 3")]
    public void Text_files_are_read(string name, string content)
    {
        StaticModel model = StaticModel.FromWordVectors(Write(name, Encoding.UTF8.GetBytes(content)), normalize: false);
        Assert.Equal([0.5f, 1f], model.Encode("East, north!"));
        Assert.Equal([3f, 3f], model.Encode("U.S."));
        Assert.Equal(Path.GetFileNameWithoutExtension(name), model.Space.ModelName);
    }

    [Fact]
    public void The_binary_form_is_read()
    {
        byte[] content = [.. "2 2\neast "u8, 0, 0, 128, 63, 0, 0, 0, 0, .. "\nnorth "u8, 0, 0, 0, 0, 0, 0, 0, 64];
        Assert.Equal([0.5f, 1f], StaticModel.FromWordVectors(Write("vectors.bin", content), normalize: false).Encode("north east"));
        Assert.Contains("cut off", Refused("cut.bin", content[..^1]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("don't", "do n't")]
    [InlineData("It’s Tom's", "it 's tom 's")]
    [InlineData("rock'n'roll", "rock roll")]
    [InlineData("new-york", "new york")]
    [InlineData("snowstorms", "snow storm")]
    [InlineData("xxsnowxx", "snow")]
    [InlineData("at", "")]
    [InlineData("New York $5", "New york $ 5")]
    public void Unknown_words_fall_back_to_pieces_and_contractions_are_cut(string text, string words)
    {
        WordTokenizer tokenizer = new(["do", "n't", "it", "'s", "tom", "rock", "roll", "new", "york", "snow", "storm", "New", "$", "5", "a", "t"]);
        Assert.Equal(words, string.Join(' ', tokenizer.Encode(text).Select(tokenizer.TokenOf)));
    }

    [Fact]
    public void The_model_is_made_again_of_its_files()
    {
        StaticModel model = StaticModel.FromWordVectors(Write("v.txt", "east 1 0\nnorth 0 2\nnorth 5 5\n"u8.ToArray()));
        EmbeddingModel again = EmbeddingModel.FromFiles(ModelFiles.FromMemory("again", model.Files));
        Assert.Equal(model.Space.Key, again.Space.Key);
        Assert.Equal(model.Encode("north northeast"), again.Encode("north northeast"));
        Assert.Equal(2, model.Tokenizer.VocabularySize);
    }

    [Fact]
    public void Only_the_first_words_are_read_when_so_asked() =>
        Assert.Equal(1, StaticModel.FromWordVectors(Write("v.txt", "east 1 0\nnorth 0 2\nbad\n"u8.ToArray()), maximumWords: 1).Tokenizer.VocabularySize);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("east 1 0\nnorth 0 x\n", "line 2")]
    [InlineData("east 1 0\nnorth 0\n", "line 2")]
    [InlineData("east 1 0\nnorth NaN 1\n", "line 2")]
    [InlineData("2 2\n", "no word")]
    [InlineData("east\nnorth 1 2\n", "line 1")]
    public void A_damaged_file_is_refused_with_the_line(string content, string mentioned) =>
        Assert.Contains(mentioned, Refused("bad.txt", Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);

    [Fact]
    public void Mutated_files_are_read_or_refused_but_nothing_else()
    {
        Random random = new(77);
        foreach (string name in (string[])["fuzz.txt", "fuzz.bin"])
        {
            byte[] original = name == "fuzz.txt" ? "3 2\neast 1 0\nnorth 0 2\nsouth 1 1\n"u8.ToArray() : [.. "2 2\neast "u8, 0, 0, 128, 63, 0, 0, 0, 0, .. "\nnorth "u8, 0, 0, 0, 0, 0, 0, 0, 64];
            for (int round = 0; round < 500; round++)
            {
                byte[] mutant = original[..random.Next(original.Length + 1)];
                for (int i = random.Next(3); i > 0 && mutant.Length > 0; i--)
                {
                    mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
                }

                try
                {
                    Assert.Equal(0, StaticModel.FromWordVectors(Write(name, mutant)).Encode("east north").Count(v => !float.IsFinite(v)));
                }
                catch (InvalidDataException)
                {
                }
            }
        }
    }

    private string Refused(string name, byte[] content) => Assert.Throws<InvalidDataException>(() => StaticModel.FromWordVectors(Write(name, content))).Message;

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
