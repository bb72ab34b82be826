using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Static;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Static;

public class StaticModelTests
{
    [Fact]
    public void A_vector_is_the_mean_of_the_known_tokens_vectors()
    {
        StaticModel model = Open(SmallModel.Files());
        Assert.Equal([0.5f, 1f], model.Encode("East, north!"));
        Assert.Equal([4f / 3, 2f], model.Encode("eastern north"));
        Assert.Equal(2, model.Dimensions);
        Assert.Equal("mean", model.Space.Pooling);
        Assert.False(model.Space.IsNormalized);
    }

    [Fact]
    public void A_normalized_vector_has_length_one()
    {
        StaticModel model = Open(SmallModel.Files(normalize: true));
        Assert.Equal([1 / MathF.Sqrt(5), 2 / MathF.Sqrt(5)], model.Encode("east north"));
        Assert.True(model.Space.IsNormalized);
    }

    [Theory]
    [InlineData("")]
    [InlineData("unknown words")]
    [InlineData("\ud800")]
    public void A_text_without_a_known_token_has_the_zero_vector(string text)
    {
        float[] vector = [7, 7];
        Assert.Equal(0, Open(SmallModel.Files(normalize: true)).Encode(text, vector));
        Assert.Equal([0f, 0f], vector);
    }

    [Fact]
    public void The_first_512_known_tokens_of_the_first_characters_count()
    {
        StaticModel model = Open(SmallModel.Files());
        string east = string.Concat(Enumerable.Repeat("east ", 511));
        Assert.Equal([511 / 512f, 2 / 512f], Rounded(model.Encode(east + "north north")));

        // The tokens have 5, 5, 4, 5 and 5 characters: median 5, so 2,560 count. The unknown word is dropped, but its characters are not free.
        string spaces = new(' ', 2554);
        Assert.Equal([0f, 2f], model.Encode("north" + spaces + "east"));
        Assert.Equal([0.5f, 1f], model.Encode("north" + spaces[3..] + "east"));
        Assert.Equal([0.5f, 1f], model.Encode(string.Concat(Enumerable.Repeat("😀", 2000)) + " north east"));
    }

    [Fact]
    public void Weights_and_signed_bytes_and_odd_widths_give_the_textbook_sum()
    {
        Random random = new(5);
        foreach (int dimensions in (int[])[1, 2, 63, 64, 65, 128, 200])
        {
            sbyte[] bytes = [.. Enumerable.Range(0, 5 * dimensions).Select(_ => (sbyte)random.Next(-128, 128))];
            float[] floats = [.. bytes.Select(b => b / 16f)];
            float[] weights = [.. Enumerable.Range(0, 5).Select(_ => random.NextSingle())];
            SafetensorsWriter asBytes = new(), asFloats = new();
            asBytes.Add("embeddings", bytes, 5, dimensions);
            asBytes.Add("weights", weights, 5);
            asFloats.Add("embeddings", floats, 5, dimensions);
            asFloats.Add("weights", weights, 5);
            foreach ((SafetensorsWriter writer, float scale) in (ReadOnlySpan<(SafetensorsWriter, float)>)[(asBytes, 1f), (asFloats, 1 / 16f)])
            {
                StaticModel model = Open(With(SmallModel.Files(), "model.safetensors", writer.ToArray()));
                float[] actual = model.Encode("east northern east");
                for (int i = 0; i < dimensions; i++)
                {
                    double sum = new[] { 2, 3, 4, 2 }.Sum(id => (double)bytes[(id * dimensions) + i] * weights[id]) * scale;
                    Assert.Equal(sum / 4, actual[i], 1e-4);
                }
            }
        }
    }

    [Fact]
    public void A_mapping_shares_rows_between_tokens()
    {
        SafetensorsWriter writer = new();
        writer.Add("embeddings", [1f, 0f, 0f, 2f], 2, 2);
        writer.Add("mapping", SafetensorsType.I32, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], 5);
        Assert.Equal([1f / 3, 4f / 3], Open(With(SmallModel.Files(), "model.safetensors", writer.ToArray())).Encode("east northern"));
    }

    [Fact]
    public void The_same_model_is_made_of_its_files()
    {
        StaticModel model = Open(With(SmallModel.Files(normalize: true), "README.md", [1, 2, 3]));
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], model.Files.Keys.Order(StringComparer.Ordinal));
        EmbeddingModel again = EmbeddingModel.FromFiles(ModelFiles.FromMemory("other name", model.Files));
        Assert.Equal(model.Space.Key, again.Space.Key);
        Assert.Equal(model.Encode("eastern north"), again.Encode("eastern north"));
        Assert.NotEqual(model.Space.ModelHash, Open(SmallModel.Files()).Space.ModelHash);
    }

    [Fact]
    public void A_batch_gives_what_each_text_gives_alone_and_allocates_nothing()
    {
        StaticModel model = Open(SmallModel.Files(normalize: true));
        ReadOnlyMemory<char>[] texts = [.. Enumerable.Range(0, 200).Select(i => string.Concat(Enumerable.Repeat("east northern ", i % 7)).AsMemory())];
        float[] vectors = new float[texts.Length * 2];
        model.Encode(texts, vectors, TestContext.Current.CancellationToken);
        long before = GC.GetAllocatedBytesForCurrentThread();
        model.Encode(texts, vectors, TestContext.Current.CancellationToken);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.All(Enumerable.Range(0, texts.Length), i => Assert.Equal(model.Encode(texts[i].ToString()), vectors[(i * 2)..((i * 2) + 2)]));
        Assert.Throws<ArgumentException>(() => model.Encode(texts, new float[3], TestContext.Current.CancellationToken));
    }

    private static StaticModel Open(Dictionary<string, byte[]> files) => StaticModel.FromFiles(SmallModel.Of(files));

    private static Dictionary<string, byte[]> With(Dictionary<string, byte[]> files, string name, byte[] content)
    {
        files[name] = content;
        return files;
    }

    private static float[] Rounded(float[] vector) => [.. vector.Select(v => MathF.Round(v * 512) / 512)];
}
