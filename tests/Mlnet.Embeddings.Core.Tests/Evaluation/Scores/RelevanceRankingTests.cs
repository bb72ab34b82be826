using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class RelevanceRankingTests
{
    // Relevant: gains 3, 2 and 1; the one of gain 1 is not found. Ranked: 0, 3, −1, 2.
    private static readonly RelevanceRanking Ranking = new([0, 3, -1, 2], [2, 1, 3]);

    [Fact]
    public void Gains_are_linear_and_discounted_by_the_logarithm_of_the_rank()
    {
        double ideal = 3 + (2 / Math.Log2(3)) + (1 / 2.0);

        Assert.Equal(((3 / Math.Log2(3)) + (2 / Math.Log2(5))) / ideal, Ranking.Ndcg(10), 1e-12);
        Assert.Equal(3 / Math.Log2(3) / (3 + (2 / Math.Log2(3))), Ranking.Ndcg(2), 1e-12);
        Assert.Equal(0, Ranking.Ndcg(1));
    }

    [Fact]
    public void Precision_is_averaged_over_all_relevant_documents()
    {
        Assert.Equal(((1 / 2.0) + (2 / 4.0)) / 3, Ranking.AveragePrecision(10), 1e-12);
        Assert.Equal(1 / 2.0 / 3, Ranking.AveragePrecision(3), 1e-12);
    }

    [Fact]
    public void Recall_and_reciprocal_rank_look_no_deeper_than_asked()
    {
        Assert.Equal(2 / 3.0, Ranking.Recall(4), 1e-12);
        Assert.Equal(1 / 3.0, Ranking.Recall(2), 1e-12);
        Assert.Equal(1 / 2.0, Ranking.ReciprocalRank(2));
        Assert.Equal(0, Ranking.ReciprocalRank(1));
    }
}
