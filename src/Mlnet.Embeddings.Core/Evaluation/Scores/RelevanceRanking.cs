namespace Mlnet.Embeddings.Evaluation;

/// <summary>Scores of one query's ranked documents, as trec_eval computes them: gains are linear, and a document is relevant where its gain is above 0.</summary>
internal sealed class RelevanceRanking
{
    private readonly int[] _gains;
    private readonly int[] _ideal;

    /// <param name="gains">The gain of each ranked document, best document first; those below 0 count as 0.</param>
    /// <param name="relevant">The gains above 0 of all relevant documents of the query, ranked or not; at least one.</param>
    public RelevanceRanking(int[] gains, IEnumerable<int> relevant)
    {
        _gains = gains;
        _ideal = [.. relevant.OrderDescending()];
    }

    /// <summary>The mean over all relevant documents of the precision where each stands, 0 for one below <paramref name="depth"/>.</summary>
    public double AveragePrecision(int depth)
    {
        double sum = 0;
        int found = 0;
        for (int i = 0; i < Math.Min(depth, _gains.Length); i++)
        {
            if (_gains[i] > 0)
            {
                sum += (double)++found / (i + 1);
            }
        }

        return sum / _ideal.Length;
    }

    /// <summary>1 / the rank of the first relevant document; 0 where it stands below <paramref name="depth"/>.</summary>
    public double ReciprocalRank(int depth)
    {
        int first = Array.FindIndex(_gains, g => g > 0);
        return first >= 0 && first < depth ? 1.0 / (first + 1) : 0;
    }

    /// <summary>The share of the relevant documents that stand among the first <paramref name="depth"/>.</summary>
    public double Recall(int depth) => (double)_gains.Take(depth).Count(g => g > 0) / _ideal.Length;

    /// <summary>Σ gain / log₂(rank + 1) over the first <paramref name="depth"/> (Järvelin and Kekäläinen, 2002), over that of the best order.</summary>
    public double Ndcg(int depth) => DiscountedGain(_gains, depth) / DiscountedGain(_ideal, depth);

    private static double DiscountedGain(int[] gains, int depth)
    {
        double sum = 0;
        for (int i = 0; i < Math.Min(depth, gains.Length); i++)
        {
            sum += Math.Max(0, gains[i]) / Math.Log2(i + 2);
        }

        return sum;
    }
}
