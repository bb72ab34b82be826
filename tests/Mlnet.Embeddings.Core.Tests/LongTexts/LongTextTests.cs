using Mlnet.Embeddings.LongTexts;
using Mlnet.Embeddings.Pooling;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.LongTexts;

public class LongTextTests
{
    [Theory]
    [InlineData(KeptTokens.Head, new[] { 1, 2, 3, 4 })]
    [InlineData(KeptTokens.Tail, new[] { 7, 8, 9, 10 })]
    [InlineData(KeptTokens.HeadAndTail, new[] { 1, 8, 9, 10 })]
    public void A_text_that_is_too_long_loses_what_it_should(KeptTokens kept, int[] expected)
    {
        int[] destination = new int[4];
        Assert.Equal(4, TokenTruncation.Truncate([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], kept, destination));
        Assert.Equal(expected, destination);
    }

    [Theory]
    [InlineData(KeptTokens.Head)]
    [InlineData(KeptTokens.Tail)]
    [InlineData(KeptTokens.HeadAndTail)]
    public void A_text_that_fits_is_kept_whole(KeptTokens kept)
    {
        int[] destination = [0, 0, 0, -1];
        Assert.Equal(3, TokenTruncation.Truncate([5, 6, 7], kept, destination));
        Assert.Equal([5, 6, 7, -1], destination);
        Assert.Equal(0, TokenTruncation.Truncate([5, 6, 7], kept, []));
    }

    [Fact]
    public void Chunks_cover_the_text_overlap_as_told_and_none_lies_inside_another()
    {
        Assert.Equal([new TokenSpan(0, 4), new(3, 7), new(6, 8)], TokenChunks.Split(8, 4, 1));
        Assert.Equal([new TokenSpan(0, 4), new(3, 7)], TokenChunks.Split(7, 4, 1));
        Assert.Equal([new TokenSpan(0, 0)], TokenChunks.Split(0, 4, 1));
        for (int tokens = 1; tokens < 60; tokens++)
        {
            for (int length = 1; length < 12; length++)
            {
                for (int overlap = 0; overlap < length; overlap++)
                {
                    TokenSpan[] chunks = TokenChunks.Split(tokens, length, overlap);
                    Assert.Equal(0, chunks[0].Start);
                    Assert.Equal(tokens, chunks[^1].End);
                    Assert.All(chunks[..^1], c => Assert.Equal(length, c.Length));
                    Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.True(pair.First.End - pair.Second.Start == overlap && pair.Second.End > pair.First.End));
                }
            }
        }
    }

    [Fact]
    public void A_chunk_counts_as_much_as_it_has_tokens()
    {
        float[] vector = new float[2];
        TokenChunks.WeightedMean([1, 0, 0, 1, 8, 8], [new(0, 6), new(6, 8), new(8, 8)], vector);
        Assert.Equal(0.75f, vector[0], 1e-6f);
        Assert.Equal(0.25f, vector[1], 1e-6f);
        TokenChunks.WeightedMean([3, 4], [new(0, 5)], vector);
        Assert.Equal([3f, 4f], vector);
        Assert.Throws<ArgumentException>(() => TokenChunks.WeightedMean([3, 4], [], vector));
        Assert.Throws<ArgumentOutOfRangeException>(() => TokenChunks.Split(5, 2, 2));
    }

    [Fact]
    public void Depths_are_measured_from_the_peaks_on_either_side()
    {
        float[] depths = TopicSegmentation.Depths([0.5f, 1f, 0.25f, 0.25f, 0.75f, 0.5f]);
        Assert.Equal([0.5f, 0f, 1.25f, 1.25f, 0f, 0.25f], depths);
    }

    [Fact]
    public void A_text_is_cut_where_its_topic_changes()
    {
        Random random = new(4);
        EmbeddingMatrix windows = new(30, 8);
        for (int i = 0; i < 30; i++)
        {
            for (int k = 0; k < 8; k++)
            {
                windows.Row(i)[k] = (random.NextSingle() - 0.5f) * 0.2f;
            }

            windows.Row(i)[i < 10 ? 0 : i < 18 ? 1 : 2] += 1;
        }

        Assert.Equal([10, 18], TopicSegmentation.Cuts(windows));
    }

    [Fact]
    public void One_topic_is_not_cut_and_bad_vectors_are_named()
    {
        EmbeddingMatrix same = new([1f, 2f, 1f, 2f, 1f, 2f], rows: 3, dimensions: 2);
        Assert.Empty(TopicSegmentation.Cuts(same, -0.5));
        Assert.Empty(TopicSegmentation.Cuts(new EmbeddingMatrix(0, 2)));
        Assert.Empty(TopicSegmentation.Cuts(new EmbeddingMatrix(1, 2)));
        same.Row(2)[0] = float.NaN;
        Assert.Contains("window 2", Assert.Throws<ArgumentException>(() => TopicSegmentation.Cuts(same)).Message);
    }
}
