using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Pooling;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Pooling;

/// <summary>Trained pooling layers against the same formulas in double (methods.md's table of poolings: NV-Embed; Pooling And Attention).</summary>
public class AttentionPoolingTests
{
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(8, 5, 2, 3)]
    [InlineData(24, 16, 4, 6)]
    public void Latent_attention_agrees_with_the_textbook(int d, int latents, int heads, int headWidth)
    {
        Random random = new(d);
        AttentionWeights weights = new(random, d, latents, heads, headWidth, hidden: (3 * d) + 1);
        LatentAttentionPooling pooling = new(weights.File("latent_attention_model."), heads);
        Assert.Equal(d, pooling.Dimensions);
        for (int round = 0; round < 10; round++)
        {
            float[][] states = TokenPoolingTests.States(random, random.Next(1, 12), d);
            bool[] pooled = [.. states.Select(_ => random.Next(3) > 0)];
            pooled[random.Next(states.Length)] = true;
            Close(weights.LatentAttention(states.Where((_, t) => pooled[t])), Pool(pooling, states, null, pooled));
        }
    }

    [Theory]
    [InlineData(6, 1, 1, 6, 3)]
    [InlineData(8, 4, 2, 5, 4)]
    public void Attention_over_layers_agrees_with_the_textbook(int d, int latents, int heads, int headWidth, int layers)
    {
        Random random = new(d + layers);
        AttentionWeights weights = new(random, d, latents, heads, headWidth, hidden: 2 * d, layers);
        MultiLayerAttentionPooling pooling = new(new MeanPooling(), weights.File("attn_pool."), heads, "attn_pool.");
        Assert.Equal((layers, d, "mean" + MultiLayerAttentionPooling.NameEnding), (pooling.Layers, pooling.Dimensions, pooling.Name));
        float[][][] states = [.. Enumerable.Range(0, layers).Select(_ => TokenPoolingTests.States(random, 7, d))];
        bool[] attended = [true, true, true, true, true, false, false], pooled = [false, true, true, true, true, true, true];
        double[][] means = [.. states.Select(s => TextbookPooling.Pool("mean", s, attended, pooled))];
        float[] vector = new float[d];
        pooling.Pool(Memories(states), attended, pooled, vector);
        Close(weights.MultiLayer(means), vector);
    }

    [Fact]
    public void What_is_written_is_read_back_as_the_same_pooling()
    {
        AttentionWeights weights = new(new Random(3), 8, 4, 2, 4, 16, layers: 3);
        LatentAttentionPooling latent = new(weights.File("x."), 2, "x."), latentAgain = new(SafetensorsFile.Parse(latent.ToSafetensors(), "again"), latent.Heads);
        float[][] states = TokenPoolingTests.States(new Random(1), 5, 8);
        Assert.Equal(Pool(latent, states, null, null), Pool(latentAgain, states, null, null));

        MultiLayerAttentionPooling layered = new(new ClsPooling(), weights.File("x."), 2, "x."), layeredAgain = new(layered.Pooling, SafetensorsFile.Parse(layered.ToSafetensors(), "again"), layered.Heads);
        float[] first = new float[8], second = new float[8];
        layered.Pool(Memories([states, states, states]), [], [], first);
        layeredAgain.Pool(Memories([states, states, states]), [], [], second);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Pads_of_NaN_on_either_side_change_no_bit()
    {
        Random random = new(5);
        AttentionWeights weights = new(random, 8, 4, 2, 4, 16, layers: 1);
        LatentAttentionPooling pooling = new(weights.File(""), 2, "");
        MultiLayerAttentionPooling layered = new(new LastTokenPooling(), weights.File(""), 2);
        float[][] states = TokenPoolingTests.States(random, 5, 8);
        float[][] pads = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Repeat(float.NaN, 8).ToArray())];
        bool[] yes = [true, true, true, true, true], no = [false, false, false];
        float[] plain = Pool(pooling, states, yes, null);
        Assert.Equal(plain, Pool(pooling, [.. states, .. pads], [.. yes, .. no], null));
        Assert.Equal(plain, Pool(pooling, [.. pads, .. states], [.. no, .. yes], null));

        float[] left = new float[8], right = new float[8];
        layered.Pool(Memories([[.. pads, .. states]]), [.. no, .. yes], [], left);
        layered.Pool(Memories([[.. states, .. pads]]), [.. yes, .. no], [], right);
        Assert.Equal(left, right);
    }

    [Fact]
    public void Equal_tokens_give_what_one_of_them_gives()
    {
        Random random = new(9);
        LatentAttentionPooling pooling = new(new AttentionWeights(random, 8, 4, 2, 4, 16).File(""), 2, "");
        float[] token = TokenPoolingTests.States(random, 1, 8)[0];
        float[] one = Pool(pooling, [token], null, null), many = Pool(pooling, [.. Enumerable.Repeat(token, 50)], null, null);
        Close([.. one.Select(v => (double)v)], many);
    }

    [Fact]
    public void Without_a_token_the_vector_is_zero() =>
        Assert.Equal(new float[8], Pool(new LatentAttentionPooling(new AttentionWeights(new Random(1), 8, 4, 2, 4, 16).File(""), 2, ""), [new float[8]], [false], null));

    [Fact]
    public void Weights_that_do_not_fit_are_refused_by_name()
    {
        AttentionWeights weights = new(new Random(3), 8, 4, 2, 4, 16, layers: 3);
        Assert.Contains("has no tensor 'cross_attend_blocks.0.fn.to_out.weight'", Refused(weights.File("", without: "cross_attend_blocks.0.fn.to_out.weight")), StringComparison.Ordinal);
        Assert.Contains("'cross_attend_blocks.1.fn.net.0.weight' has the shape [16, 8]; it should be [32, 8]", Refused(weights.File("", instead: ("cross_attend_blocks.1.fn.net.0.weight", [16, 8]))), StringComparison.Ordinal);
        Assert.Contains("'latents' has the shape [32]; it should be a matrix", Refused(weights.File("", instead: ("latents", [32]))), StringComparison.Ordinal);
        Assert.Contains("8 values in 3 heads", Assert.Throws<InvalidDataException>(() => new LatentAttentionPooling(weights.File(""), 3, "")).Message, StringComparison.Ordinal);
        Assert.Contains("has no tensor 'x.latents'", Assert.Throws<InvalidDataException>(() => new LatentAttentionPooling(weights.File(""), 2, "x.")).Message, StringComparison.Ordinal);
        weights["latents"][3] = float.NaN;
        Assert.Contains("'latents' has a value that is not a finite number", Refused(weights.File("")), StringComparison.Ordinal);
    }

    [Fact]
    public void States_of_another_width_and_layers_of_another_number_are_refused()
    {
        AttentionWeights weights = new(new Random(3), 8, 4, 2, 4, 16, layers: 3);
        LatentAttentionPooling pooling = new(weights.File(""), 2, "");
        Assert.Contains("for states of 8 values; these have 6", Assert.Throws<ArgumentException>(() => pooling.Pool(new TokenStates(new float[12], 6), new float[6])).Message, StringComparison.Ordinal);
        MultiLayerAttentionPooling layered = new(new MeanPooling(), weights.File(""), 2);
        Assert.Contains("wants 3 layers", Assert.Throws<ArgumentException>(() => layered.Pool(Memories([[new float[8]]]), [], [], new float[8])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_heads_weigh_a_token_by_the_sum_of_its_diagonals()
    {
        float[] first = new float[2], second = new float[2], vector = new float[2], one = new float[2];
        DiagonalAttentionPooling.DiagonalOf([0.75f, 0.25f, 0.5f, 0.5f], first);
        DiagonalAttentionPooling.DiagonalOf([0.25f, 0.75f, 1, 0], second);
        Assert.Equal([0.75f, 0.5f], first);
        DiagonalAttentionPooling.Pool(new TokenStates([1, 0, 0, 1], 2), [first, second], vector);
        Assert.Equal([1 / 1.5f, 0.5f / 1.5f], vector);
        DiagonalAttentionPooling.Pool(new TokenStates([1, 0, 0, 1], 2), [first], one);
        Assert.Equal([0.6f, 0.4f], one);
        Assert.Throws<ArgumentException>(() => DiagonalAttentionPooling.DiagonalOf(new float[3], new float[2]));
        Assert.Throws<ArgumentException>(() => DiagonalAttentionPooling.Pool(new TokenStates([1, 0, 0, 1], 2), ReadOnlySpan<ReadOnlyMemory<float>>.Empty, new float[2]));
    }

    private static string Refused(SafetensorsFile file) => Assert.Throws<InvalidDataException>(() => new LatentAttentionPooling(file, 2, "")).Message;

    private static ReadOnlyMemory<float>[] Memories(float[][][] layers) => [.. layers.Select(l => (ReadOnlyMemory<float>)l.SelectMany(s => s).ToArray())];

    private static float[] Pool(LatentAttentionPooling pooling, float[][] states, bool[]? attended, bool[]? pooled)
    {
        float[] vector = new float[states[0].Length];
        pooling.Pool(new TokenStates(states.SelectMany(s => s).ToArray(), states[0].Length, attended, pooled), vector);
        return vector;
    }

    private static void Close(double[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int k = 0; k < expected.Length; k++)
        {
            Assert.True(Math.Abs(expected[k] - found[k]) <= 1e-4 * Math.Max(1, Math.Abs(expected[k])), $"dimension {k}: {found[k]} instead of {expected[k]}");
        }
    }
}
