using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

public class ExampleSplitTests
{
    [Fact]
    public void Equal_rows_of_a_class_are_all_trained_on_or_all_held_out()
    {
        EmbeddingMatrix once = Rows(40), thrice = new([.. once.Values, .. once.Values, .. once.Values], 120, 8);
        (int[] training, int[] held) = Split(AdapterTrainingData.FromLabels(thrice, [.. Enumerable.Range(0, 120).Select(i => i % 40 % 4)]), 0.25, 1);
        Assert.InRange(held.Length, 20, 30);
        Assert.Empty(held.Select(row => row % 40).Intersect(training.Select(row => row % 40)));
    }

    [Fact]
    public void Where_a_loss_compares_rows_of_a_class_no_row_is_held_out_alone()
    {
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i % 10)];
        (_, int[] held) = Split(AdapterTrainingData.FromLabels(Rows(100), labels), 0.1, 2);
        Assert.Equal(10, held.Length);
        Assert.All(held.GroupBy(row => labels[row]), rows => Assert.True(rows.Count() >= 2));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(4, 2)]
    [InlineData(10, 2)]
    [InlineData(100, 10)]
    public void No_pair_is_held_out_alone(int pairs, int expected) => Assert.Equal(expected, Split(AdapterTrainingData.FromPairs(Rows(pairs), Rows(pairs)), 0.1, 1).Held.Length);

    [Fact]
    public void A_group_of_most_examples_is_never_the_one_held_out()
    {
        int[] groups = [.. Enumerable.Range(0, 40).Select(i => i < 34 ? 0 : i)];
        for (int seed = 0; seed < 20; seed++)
        {
            Assert.InRange(Split(AdapterTrainingData.FromPairs(Rows(40), Rows(40), groups: groups), 0.1, 1, seed).Held.Length, 2, 6);
        }
    }

    private static (int[] Training, int[] Held) Split(AdapterTrainingData data, double share, int least, int seed = 1) => ExampleSplit.Of(data.Table!, share, seed, least);

    private static EmbeddingMatrix Rows(int count)
    {
        Random random = new(count);
        return new([.. Enumerable.Range(0, count * 8).Select(_ => random.NextSingle() - 0.5f)], count, 8);
    }
}
