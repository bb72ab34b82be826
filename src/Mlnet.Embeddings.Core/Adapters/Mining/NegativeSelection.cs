using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Chooses the negatives of one anchor after another from the candidates nearest to it. For one thread.</summary>
internal sealed class NegativeSelection(HardNegativeMinerOptions options, int seed, NeighborIndex index, NegativeCandidates candidates)
{
    // A walk past so many candidates that are all forbidden is given up: the margin leaves next to none.
    private const int LongestWalk = 1024;

    private readonly int[] _rows = new int[candidates.Anchors.Rows * options.Negatives];
    private readonly float[] _scores = new float[candidates.Anchors.Rows * options.Negatives];
    private readonly bool[] _dropped = new bool[candidates.Anchors.Rows];
    private readonly List<(int Candidate, float Score)> _eligible = [];
    private readonly List<(int Candidate, float Score)> _chosen = [];
    private readonly HashSet<int> _taken = [];
    private long _mined, _random, _filled, _tooNear;
    private double _positiveSum, _negativeSum;
    private ulong _draws;

    /// <summary>Chooses for one pair.</summary>
    /// <param name="pair">Its number.</param>
    /// <param name="nearest">The candidates nearest to its anchor.</param>
    /// <param name="distances">How far they are.</param>
    public void Select(int pair, ReadOnlySpan<int> nearest, ReadOnlySpan<float> distances)
    {
        // Each pair has draws of its own, so that what is drawn for one does not hang on the others.
        _draws = VectorHash.Mix(VectorHash.Mix((ulong)seed) + (ulong)pair);
        double positive = Cosine(candidates.Anchors.Row(pair), candidates.Positives.Row(pair));
        _positiveSum += positive;
        double bound = Bound(positive);
        double share = options.Negatives * options.RandomShare;
        int random = Math.Min(options.Negatives, (int)Math.Floor(share + NextShare()));
        _chosen.Clear();
        _taken.Clear();
        CollectEligible(pair, nearest, distances, bound);
        int mined = Take(options.Negatives - random);
        int missing = options.Negatives - random - mined;
        int wanted = random + (options.TooFew == TooFewNegatives.FillRandomly ? missing : 0);
        int drawn = Draw(pair, wanted, bound);
        _dropped[pair] = mined + drawn < options.Negatives;
        if (!_dropped[pair])
        {
            Keep(pair, mined, random);
        }
    }

    public HardNegatives ToNegatives()
    {
        int dropped = _dropped.AsSpan().Count(true);
        long negatives = _mined + _random + _filled;
        HardNegativeReport report = new(
            _dropped.Length, index.Count, dropped, _mined, _random, _filled, _tooNear, _positiveSum / _dropped.Length, negatives == 0 ? double.NaN : _negativeSum / negatives);
        return new(options.Negatives, _rows, _scores, _dropped, report);
    }

    // Every negative's cosine lies below.
    private double Bound(double positive)
    {
        double bound = options.MaximumScore ?? double.PositiveInfinity;
        bound = options.PositiveRatio is double ratio ? Math.Min(bound, positive - ((1 - ratio) * Math.Abs(positive))) : bound;
        return options.AbsoluteMargin is double margin ? Math.Min(bound, positive - margin) : bound;
    }

    private void CollectEligible(int pair, ReadOnlySpan<int> nearest, ReadOnlySpan<float> distances, double bound)
    {
        _eligible.Clear();
        int rank = 0;
        for (int i = 0; i < nearest.Length && rank < options.LastRank; i++)
        {
            if (candidates.IsOwn(pair, nearest[i]) || ++rank < options.FirstRank)
            {
                continue;
            }

            float score = 1 - distances[i];
            if (score < options.MinimumScore)
            {
                return;
            }

            if (score < bound)
            {
                _eligible.Add((nearest[i], score));
            }
            else
            {
                _tooNear++;
            }
        }
    }

    // Of those eligible, the nearest or some at random; nearest first.
    private int Take(int count)
    {
        count = Math.Min(count, _eligible.Count);
        if (options.DrawFromRanks)
        {
            for (int i = 0; i < count; i++)
            {
                int other = i + NextBelow(_eligible.Count - i);
                (_eligible[i], _eligible[other]) = (_eligible[other], _eligible[i]);
            }

            _eligible.RemoveRange(count, _eligible.Count - count);
            _eligible.Sort((a, b) => b.Score.CompareTo(a.Score));
        }

        for (int i = 0; i < count; i++)
        {
            _chosen.Add(_eligible[i]);
            _taken.Add(_eligible[i].Candidate);
        }

        return count;
    }

    // A walk over candidates in steps of a random width that has no divisor in common with their number meets each once.
    private int Draw(int pair, int count, double bound)
    {
        int drawn = 0;
        if (count == 0)
        {
            return drawn;
        }

        int total = index.Count;
        int at = NextBelow(total);
        int step = total == 1 ? 1 : 1 + NextBelow(total - 1);
        while (GreatestCommonDivisor(step, total) != 1)
        {
            step = (step % (total - 1)) + 1;
        }

        int refused = 0;
        for (int walked = 0; walked < total && drawn < count && refused < LongestWalk; walked++, at = (int)(((long)at + step) % total))
        {
            if (!candidates.IsOwn(pair, at) && !_taken.Contains(at) && Cosine(candidates.Anchors.Row(pair), candidates.Vectors.Row(at)) is double score && score < bound)
            {
                _chosen.Add((at, (float)score));
                _taken.Add(at);
                drawn++;
            }
            else
            {
                refused++;
            }
        }

        return drawn;
    }

    private void Keep(int pair, int mined, int random)
    {
        for (int i = 0; i < options.Negatives; i++)
        {
            (int candidate, float score) = _chosen[i];
            _rows[(pair * options.Negatives) + i] = candidates.FirstRow(candidate);
            _scores[(pair * options.Negatives) + i] = score;
            _negativeSum += score;
        }

        _mined += mined;
        _random += random;
        _filled += options.Negatives - mined - random;
    }

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y) =>
        1 - MetricRows.Distance(x, y, isZero: !x.ContainsAnyExcept(0f) || !y.ContainsAnyExcept(0f), VectorMetric.Cosine);

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);

    private int NextBelow(int count) => (int)Math.BigMul(VectorHash.Mix(_draws++), (ulong)count, out _);

    private double NextShare() => (VectorHash.Mix(_draws++) >> 11) * (1.0 / (1UL << 53));
}
