using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Benchmarks.Ranking;

/// <summary>How high the candidates that answer a question stand, question by question.</summary>
internal sealed class Scores
{
    private readonly double[] _ndcg;
    private readonly double[] _precision;

    private Scores(RelevanceRanking[] rankings) =>
        (_ndcg, _precision) = (Array.ConvertAll(rankings, r => r.Ndcg(10)), Array.ConvertAll(rankings, r => r.AveragePrecision(int.MaxValue)));

    /// <summary>nDCG@10, the mean over questions.</summary>
    public double Ndcg => _ndcg.Average();

    /// <summary>Mean average precision.</summary>
    public double Map => _precision.Average();

    /// <summary>Ranks by scores. Of equal ones the later candidate stands first, since good ones come first in the file.</summary>
    public static Scores Of(AnswerRow[] rows, float[] scores) => new(
    [
        .. Enumerable.Range(0, rows.Length).GroupBy(i => rows[i].Question).Select(group =>
        {
            int[] gains = [.. group.OrderByDescending(i => scores[i]).ThenByDescending(i => i).Select(i => (int)rows[i].Label)];
            return new RelevanceRanking(gains, gains.Where(g => g > 0));
        }),
    ]);

    /// <summary>The mean difference of nDCG@10 to another's on the same questions, and half the width of its 95 % interval.</summary>
    public (double Mean, double Interval) Over(Scores other)
    {
        double[] differences = [.. _ndcg.Zip(other._ndcg, (a, b) => a - b)];
        double mean = differences.Average();
        double variance = differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1);
        return (mean, 1.96 * Math.Sqrt(variance / differences.Length));
    }
}
