namespace Mlnet.Embeddings.Evaluation;

/// <summary>Items ordered by falling score, each right or wrong, cut where the score changes: how good the best cut is, and how good all of them are.</summary>
internal sealed class BinaryRanking
{
    private readonly int[] _order;
    private readonly bool[] _labels;
    private readonly double[] _scores;

    // _ends[g] is where the g-th group of equal scores ends in _order.
    private readonly List<int> _ends = [];

    public BinaryRanking(double[] scores, bool[] labels)
    {
        _scores = scores;
        _labels = labels;
        _order = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];
        for (int i = 1; i <= _order.Length; i++)
        {
            if (i == _order.Length || scores[_order[i]] != scores[_order[i - 1]])
            {
                _ends.Add(i);
            }
        }
    }

    /// <summary>How many different scores there are.</summary>
    public int Thresholds => _ends.Count;

    /// <summary>Σ (R_g − R_g−1) P_g over the cuts, as scikit-learn's <c>average_precision_score</c>.</summary>
    public double AveragePrecision()
    {
        int[] once = new int[_order.Length];
        Array.Fill(once, 1);
        return AveragePrecision(once);
    }

    /// <summary>The same when item i occurs <c>counts[i]</c> times; NaN where no right one occurs.</summary>
    public double AveragePrecision(int[] counts)
    {
        double sum = 0;
        long right = 0, all = 0;
        int start = 0;
        foreach (int end in _ends)
        {
            long before = right;
            for (; start < end; start++)
            {
                int item = _order[start];
                all += counts[item];
                right += _labels[item] ? counts[item] : 0;
            }

            sum += right > before ? (right - before) * ((double)right / all) : 0;
        }

        return right == 0 ? double.NaN : sum / right;
    }

    /// <summary>The best share of items on their right side of a cut, and the score in the middle of that cut. Each side has an item, as in MTEB.</summary>
    public (double Accuracy, double Threshold) BestAccuracy()
    {
        int wrong = _labels.Count(l => !l);
        (double Value, double Threshold) best = (0, double.NaN);
        foreach ((int taken, int right, double threshold) in Cuts())
        {
            double accuracy = (double)(right + wrong - (taken - right)) / _labels.Length;
            best = best.Threshold is double.NaN || accuracy > best.Value ? (accuracy, threshold) : best;
        }

        return best;
    }

    /// <summary>The best F1 over the cuts, with precision, recall and the score in the middle of that cut.</summary>
    public (double F1, double Precision, double Recall, double Threshold) BestF1()
    {
        int positives = _labels.Count(l => l);
        (double F1, double Precision, double Recall, double Threshold) best = (0, 0, 0, double.NaN);
        foreach ((int taken, int right, double threshold) in Cuts())
        {
            double f1 = 2.0 * right / (taken + positives);
            best = best.Threshold is double.NaN || f1 > best.F1 ? (f1, (double)right / taken, (double)right / positives, threshold) : best;
        }

        return best;
    }

    private IEnumerable<(int Taken, int Right, double Threshold)> Cuts()
    {
        int right = 0;
        int start = 0;
        foreach (int end in _ends)
        {
            for (; start < end; start++)
            {
                right += _labels[_order[start]] ? 1 : 0;
            }

            if (end < _order.Length)
            {
                yield return (end, right, (_scores[_order[end - 1]] + _scores[_order[end]]) / 2);
            }
        }
    }
}
