using Mlnet.Embeddings.Pooling;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Pooling;

public class SpanAndLayerPoolingTests
{
    [Fact]
    public void Each_span_gives_the_mean_of_its_own_tokens()
    {
        float[] vectors = new float[4];
        SpanPooling.Pool(new TokenStates([1, 3, 5, 100], 1, default, [true, true, true, false]), [new(0, 2), new(1, 4), new(2, 2), new(3, 4)], vectors);
        Assert.Equal([2f, 4f, 0f, 0f], vectors);
    }

    [Fact]
    public void The_span_of_all_tokens_is_the_mean()
    {
        float[] states = [.. TokenPoolingTests.States(new Random(2), 300, 5).SelectMany(s => s)];
        float[] mean = new float[5];
        float[] span = new float[5];
        new MeanPooling().Pool(new TokenStates(states, 5), mean);
        SpanPooling.Pool(new TokenStates(states, 5), [new TokenSpan(0, 300)], span);
        Assert.Equal(mean, span);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(2, 1)]
    [InlineData(0, 4)]
    public void A_span_outside_the_text_is_refused(int start, int end) =>
        Assert.Contains("Span 1", Assert.Throws<ArgumentException>(() => SpanPooling.Pool(new TokenStates(new float[3], 1), [new(0, 1), new(start, end)], new float[2])).Message);

    [Fact]
    public void Layers_are_averaged_or_stand_one_after_the_other()
    {
        ReadOnlyMemory<float>[] layers = [new float[] { 1, 2, 3, 4 }, new float[] { float.NaN, 0, 0, 0 }, new float[] { 10, 20, 30, 40 }];
        LayerPooling mean = new(new MeanPooling(), LayerCombination.Mean, 0, ^1);
        float[] vector = new float[2];
        mean.Pool(layers, 2, default, default, vector);
        Assert.Equal([11f, 16.5f], vector);
        Assert.Equal("mean-layers(0,^1;mean)", mean.Name);

        LayerPooling concatenated = new(new ClsPooling(), LayerCombination.Concatenate, ^1, 0);
        float[] both = new float[concatenated.OutputDimensions(2)];
        concatenated.Pool(layers, 2, [false, true], default, both);
        Assert.Equal([30f, 40f, 3f, 4f], both);
        Assert.Contains("layer 7 of 3", Assert.Throws<ArgumentException>(() => new LayerPooling(new ClsPooling(), LayerCombination.Mean, 7).Pool(layers, 2, default, default, vector)).Message);
        Assert.Throws<ArgumentException>(() => mean.Pool(layers, 2, default, default, both));
        Assert.Throws<ArgumentException>(() => new LayerPooling(new ClsPooling(), LayerCombination.Mean));
    }

    [Fact]
    public void Tokens_weigh_as_much_as_they_attend_to_themselves()
    {
        float[] vector = new float[2];
        DiagonalAttentionPooling.Pool(new TokenStates([1, 0, 0, 1, float.NaN, float.NaN], 2, [true, true, false]), [0.75f, 0.25f, float.NaN], vector);
        Assert.Equal([0.75f, 0.25f], vector);
        DiagonalAttentionPooling.Pool(new TokenStates([1, 8, 3, 4], 2), [0.5f, 0.5f], vector);
        Assert.Equal([2f, 6f], vector);
        DiagonalAttentionPooling.Pool(new TokenStates([1, 8], 2), [0f], vector);
        Assert.Equal([0f, 0f], vector);
        Assert.Throws<ArgumentException>(() => DiagonalAttentionPooling.Pool(new TokenStates([1, 8], 2), [1f, 1f], vector));
    }
}
