using System.Text.Json;
using Mlnet.Embeddings.Core.Tests.Golden;
using Mlnet.Embeddings.Numerics;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Numerics;

public class MersenneTwisterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Draws_are_those_of_numpys_RandomState(int golden)
    {
        JsonElement expected = GoldenFile.ScikitLearn.GetProperty("generator")[golden];
        int seed = expected.GetProperty("seed").GetInt32();

        MersenneTwister bits = new(seed);
        uint[] drawn = new uint[700];
        for (int i = 0; i < drawn.Length; i++)
        {
            drawn[i] = bits.NextUInt32();
        }

        Assert.Equal(expected.GetProperty("first").EnumerateArray().Select(v => v.GetUInt32()), drawn[..5]);
        Assert.Equal(expected.GetProperty("later").EnumerateArray().Select(v => v.GetUInt32()), drawn[^5..]);

        MersenneTwister doubles = new(seed);
        double[] three = [doubles.NextDouble(), doubles.NextDouble(), doubles.NextDouble()];
        Assert.Equal(expected.GetProperty("doubles").Doubles(), three);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_shuffle_is_that_of_numpys_RandomState(int golden)
    {
        JsonElement expected = GoldenFile.ScikitLearn.GetProperty("generator")[golden];
        int[] order = [.. Enumerable.Range(0, 1000)];

        new MersenneTwister(expected.GetProperty("seed").GetInt32()).Shuffle<int>(order);

        Assert.Equal(expected.GetProperty("shuffled").Ints(), order[..20]);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
    }

    [Fact]
    public void A_bounded_draw_reaches_both_ends_and_nothing_else()
    {
        MersenneTwister random = new(1);
        HashSet<int> seen = [];
        for (int i = 0; i < 1000; i++)
        {
            seen.Add(random.NextAtMost(5));
        }

        Assert.Equal([0, 1, 2, 3, 4, 5], seen.Order());
        Assert.Equal(0, random.NextAtMost(0));
    }
}
