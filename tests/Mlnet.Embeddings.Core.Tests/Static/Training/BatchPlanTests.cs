using Mlnet.Embeddings.Static;
using Mlnet.Embeddings.Static.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Static.Training;

public class BatchPlanTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Every_pair_is_in_one_batch_but_for_less_than_one_batch_at_the_end(double singleSourceShare)
    {
        TokenizedPair[] pairs = Pairs(5000);

        int[] seen = [.. Batches(pairs, singleSourceShare).SelectMany(batch => batch)];

        Assert.InRange(seen.Length, pairs.Length - 15, pairs.Length);
        Assert.Equal(seen.Length, seen.Distinct().Count());
    }

    [Fact]
    public void Most_batches_are_of_one_source_where_all_pairs_should_be()
    {
        TokenizedPair[] pairs = Pairs(4096);

        int[][] batches = [.. Batches(pairs, 1)];

        int single = batches.Count(batch => batch.Select(i => pairs[i].Source).Distinct().Count() == 1);
        Assert.InRange(single / (double)batches.Length, 0.9, 1);
    }

    [Fact]
    public void A_seed_gives_one_order_and_another_seed_another()
    {
        TokenizedPair[] pairs = Pairs(300);

        Assert.Equal(Batches(pairs, 0.5, 1), Batches(pairs, 0.5, 1));
        Assert.NotEqual(Batches(pairs, 0.5, 1), Batches(pairs, 0.5, 2));
    }

    // The left token is the pair's number.
    private static TokenizedPair[] Pairs(int count) => [.. Enumerable.Range(0, count).Select(i => new TokenizedPair([i], [i], "source " + (i % 3)))];

    private static List<int[]> Batches(TokenizedPair[] pairs, double singleSourceShare, int seed = 1)
    {
        StaticModelTrainerOptions options = new() { BatchSize = 16, SingleSourceShare = singleSourceShare };
        List<int[]> batches = [];
        foreach (PairBatch batch in new BatchPlan(options, seed).Batches(pairs))
        {
            batches.Add([.. Enumerable.Range(0, batch.Count).Select(i => batch.Left.Tokens(i)[0])]);
        }

        return batches;
    }
}
