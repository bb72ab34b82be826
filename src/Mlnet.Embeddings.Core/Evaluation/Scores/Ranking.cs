namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// The order of a series, sorted once, from which the mid-ranks of any resample follow in linear time.
/// </summary>
internal sealed class Ranking
{
    private readonly int[] _order;

    // _ends[g] is where the g-th group of equal values ends in _order.
    private readonly List<int> _ends = [];

    public Ranking(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        _order = new int[sorted.Length];
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        Array.Sort(sorted, _order);
        for (int i = 1; i <= sorted.Length; i++)
        {
            if (i == sorted.Length || sorted[i] != sorted[i - 1])
            {
                _ends.Add(i);
            }
        }
    }

    /// <summary>The ranks 1..n of the values; equal ones share the mean of their ranks.</summary>
    public double[] MidRanks()
    {
        int[] once = new int[_order.Length];
        Array.Fill(once, 1);
        double[] ranks = new double[_order.Length];
        MidRanks(once, ranks);
        return ranks;
    }

    /// <summary>The ranks when value i occurs <c>counts[i]</c> times; that of a value that does not occur has no meaning.</summary>
    public void MidRanks(ReadOnlySpan<int> counts, Span<double> ranks)
    {
        int start = 0;
        double before = 0;
        foreach (int end in _ends)
        {
            int group = 0;
            for (int i = start; i < end; i++)
            {
                group += counts[_order[i]];
            }

            double rank = before + ((group + 1) / 2.0);
            for (int i = start; i < end; i++)
            {
                ranks[_order[i]] = rank;
            }

            before += group;
            start = end;
        }
    }
}
