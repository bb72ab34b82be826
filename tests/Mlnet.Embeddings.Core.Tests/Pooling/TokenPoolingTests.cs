using Mlnet.Embeddings.Pooling;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Pooling;

public class TokenPoolingTests
{
    public static TheoryData<string> Modes => ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"];

    [Theory]
    [InlineData("cls", 1f, 8f)]
    [InlineData("max", 4f, 8f)]
    [InlineData("mean", 2f, 5f)]
    [InlineData("mean_sqrt_len_tokens", 3.4641016f, 8.660254f)]
    [InlineData("weightedmean", 2.5f, 4.1666665f)]
    [InlineData("lasttoken", 4f, 3f)]
    public void Three_tokens_give_what_a_reader_finds_by_hand(string mode, float first, float second)
    {
        float[] vector = Pool(mode, [[1, 8], [1, 4], [4, 3]], [true, true, true], [true, true, true]);
        Assert.Equal(first, vector[0], 1e-6f);
        Assert.Equal(second, vector[1], 2e-6f);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Random_states_under_random_masks_agree_with_the_textbook(string mode)
    {
        Random random = new(7);
        for (int round = 0; round < 50; round++)
        {
            int tokens = random.Next(1, 40);
            float[][] states = States(random, tokens, random.Next(1, 70));
            bool[] attended = [.. states.Select(_ => random.Next(3) > 0)];
            bool[] pooled = [.. states.Select(_ => random.Next(3) > 0)];
            int sure = random.Next(tokens);
            attended[sure] = pooled[sure] = true;
            double[] expected = TextbookPooling.Pool(mode, states, attended, pooled);
            float[] found = Pool(mode, states, attended, pooled);
            for (int k = 0; k < expected.Length; k++)
            {
                Assert.True(Math.Abs(expected[k] - found[k]) <= 1e-5, $"{mode}, {tokens} tokens, dimension {k}: {found[k]} instead of {expected[k]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Pads_of_NaN_on_either_side_change_no_bit(string mode)
    {
        Random random = new(11);
        float[][] states = States(random, 9, 33);
        bool[] yes = [.. Enumerable.Repeat(true, 9)];
        bool[] pooled = [false, false, .. yes[2..]];
        float[] plain = Pool(mode, states, yes, pooled);
        for (int pads = 1; pads < 6; pads++)
        {
            float[][] nothing = [.. Enumerable.Range(0, pads).Select(_ => Enumerable.Repeat(float.NaN, 33).ToArray())];
            bool[] no = new bool[pads];
            Assert.Equal(plain, Pool(mode, [.. states, .. nothing], [.. yes, .. no], [.. pooled, .. no]));
            Assert.Equal(plain, Pool(mode, [.. nothing, .. states], [.. no, .. yes], [.. no, .. pooled]));

            // A pad stays a pad, whatever the pooling mask says of it.
            bool[] claimed = [.. Enumerable.Repeat(true, pads)];
            Assert.Equal(plain, Pool(mode, [.. states, .. nothing], [.. yes, .. no], [.. pooled, .. claimed]));
        }
    }

    [Theory]
    [InlineData("mean")]
    [InlineData("weightedmean")]
    [InlineData("max")]
    public void Equal_tokens_give_that_token(string mode)
    {
        float[] token = States(new Random(3), 1, 17)[0];
        foreach (int tokens in (int[])[1, 2, 3, 7, 100, 2000, 8192])
        {
            bool[] yes = [.. Enumerable.Repeat(true, tokens)];
            float[] vector = Pool(mode, [.. Enumerable.Repeat(token, tokens)], yes, yes);
            Assert.All(token.Zip(vector), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-5 * Math.Abs(pair.First), $"{tokens} tokens: {pair}"));
        }
    }

    [Fact]
    public void A_token_left_out_of_pooling_is_out_of_the_mean_but_may_be_the_first_and_the_last()
    {
        float[][] states = [[10], [1], [3], [20]];
        bool[] attended = [true, true, true, true];
        bool[] pooled = [false, true, true, false];
        Assert.Equal([2f], Pool("mean", states, attended, pooled));
        Assert.Equal([3f], Pool("max", states, attended, pooled));
        Assert.Equal(7 / 3f, Pool("weightedmean", states, attended, pooled)[0], 1e-6f);
        Assert.Equal([10f], Pool("cls", states, attended, pooled));
        Assert.Equal([20f], Pool("lasttoken", states, attended, pooled));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Without_a_token_the_vector_is_zero(string mode)
    {
        float[] destination = [5, 5];
        PoolingConfiguration.ModeOf(mode).Pool(new TokenStates([float.NaN, float.NaN], 2, [false]), destination);
        Assert.Equal([0f, 0f], destination);
        destination = [5, 5];
        PoolingConfiguration.ModeOf(mode).Pool(new TokenStates([], 2), destination);
        Assert.Equal([0f, 0f], destination);
    }

    [Fact]
    public void Concatenated_modes_stand_in_the_order_given()
    {
        ConcatenatedPooling pooling = new(new MaxPooling(), new MeanPooling(), new ClsPooling());
        Assert.Equal("max+mean+cls", pooling.Name);
        float[] vector = new float[pooling.OutputDimensions(2)];
        pooling.Pool(new TokenStates([1, 8, 3, 4], 2), vector);
        Assert.Equal([3f, 8f, 2f, 6f, 1f, 8f], vector);
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused_with_numbers()
    {
        Assert.Contains("3 floats", Assert.Throws<ArgumentException>(() => new TokenStates(new float[3], 2).Count).Message);
        Assert.Contains("3 entries for 2 tokens", Assert.Throws<ArgumentException>(() => new TokenStates(new float[4], 2, new bool[3]).Count).Message);
        Assert.Contains("1 entries for 2 tokens", Assert.Throws<ArgumentException>(() => new TokenStates(new float[4], 2, default, new bool[1]).Count).Message);
        Assert.Contains("gives 2 floats; the destination has 3", Assert.Throws<ArgumentException>(() => new MeanPooling().Pool(new TokenStates(new float[4], 2), new float[3])).Message);
        Assert.Throws<ArgumentException>(() => new ConcatenatedPooling());
    }

    internal static float[][] States(Random random, int tokens, int dimensions) =>
        [.. Enumerable.Range(0, tokens).Select(_ => Enumerable.Range(0, dimensions).Select(_ => (random.NextSingle() * 2) - 1).ToArray())];

    private static float[] Pool(string mode, float[][] states, bool[] attended, bool[] pooled)
    {
        float[] vector = new float[states[0].Length];
        PoolingConfiguration.ModeOf(mode).Pool(new TokenStates(states.SelectMany(s => s).ToArray(), states[0].Length, attended, pooled), vector);
        return vector;
    }
}
