using Mlnet.Embeddings.Adapters;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters;

public sealed class HardNegativeMinerTests
{
    private const int Dimensions = 6;

    public static TheoryData<HardNegativeMinerOptions> Rules =>
    [
        new HardNegativeMinerOptions { Negatives = 2, PositiveRatio = 0.95 },
        new HardNegativeMinerOptions { Negatives = 4, PositiveRatio = 0.7, FirstRank = 3, LastRank = 20 },
        new HardNegativeMinerOptions { Negatives = 1, PositiveRatio = null, AbsoluteMargin = 0.2 },
        new HardNegativeMinerOptions { Negatives = 3, PositiveRatio = null, MaximumScore = 0.6, MinimumScore = 0.1 },
        new HardNegativeMinerOptions { Negatives = 5, PositiveRatio = null },
    ];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Negatives_are_those_of_the_rules_written_out(HardNegativeMinerOptions options)
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(60, seed: 3);
        EmbeddingMatrix corpus = Cloud(90, seed: 4);
        options.TooFew = TooFewNegatives.Drop;
        HardNegatives found = new HardNegativeMiner(options).Mine(anchors, positives, corpus, cancellationToken: TestContext.Current.CancellationToken);
        int kept = 0;
        for (int i = 0; i < anchors.Rows; i++)
        {
            int[] expected = Textbook(options, anchors.Row(i), positives.Row(i), corpus);
            Assert.Equal(expected, found.Rows(i).ToArray());
            kept += expected.Length > 0 ? 1 : 0;
        }

        Assert.InRange(kept, 1, anchors.Rows);
        Assert.Equal(kept, found.Kept().Length);
        Assert.Equal(anchors.Rows - kept, found.Report.Dropped);
        Assert.Equal((long)kept * options.Negatives, found.Report.Mined);
        Assert.Equal(0, found.Report.Filled);
    }

    [Fact]
    public void Scores_are_the_cosines_and_fall_among_the_mined()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(40, seed: 1);
        HardNegatives found = new HardNegativeMiner(new() { Negatives = 4, PositiveRatio = null }).Mine(anchors, positives, cancellationToken: TestContext.Current.CancellationToken);
        double sum = 0;
        for (int i = 0; i < anchors.Rows; i++)
        {
            float[] scores = found.Scores(i).ToArray();
            Assert.Equal(scores.OrderDescending(), scores);
            for (int j = 0; j < scores.Length; j++)
            {
                Assert.Equal(Cosine(anchors.Row(i), positives.Row(found.Rows(i)[j])), scores[j], 1e-6);
                sum += scores[j];
            }
        }

        Assert.Equal(sum / (40 * 4), found.Report.MeanNegativeScore, 1e-9);
        Assert.Equal(Enumerable.Range(0, 40).Average(i => Cosine(anchors.Row(i), positives.Row(i))), found.Report.MeanPositiveScore, 1e-6);
    }

    [Fact]
    public void Answers_to_an_equal_anchor_are_no_negatives_of_it()
    {
        // One question with three answers; the fourth pair's answer is the only negative that it can have.
        EmbeddingMatrix anchors = new([1, 0, 1, 0, 2, 0, 0, 1], 4, 2);
        EmbeddingMatrix positives = new([1, 0.1f, 1, 0.2f, 1, 0.3f, 0.1f, 1], 4, 2);
        HardNegatives found = new HardNegativeMiner(new() { Negatives = 1, PositiveRatio = null, TooFew = TooFewNegatives.Drop }).Mine(anchors, positives, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([3], found.Rows(0).ToArray());
        Assert.Equal([3], found.Rows(1).ToArray());
        Assert.Equal([3], found.Rows(2).ToArray());
        Assert.Equal([2], found.Rows(3).ToArray());
    }

    [Fact]
    public void The_anchor_itself_and_candidates_with_its_key_are_no_negatives()
    {
        EmbeddingMatrix anchors = new([1, 0, 0, 1], 2, 2);
        EmbeddingMatrix positives = new([1, 0.5f, 0.5f, 1], 2, 2);
        EmbeddingMatrix corpus = new([3, 0, 1, 0.1f, 1, 0.2f, 1, 0.2f, 0, 1], 5, 2);
        HardNegativeMiner miner = new(new() { Negatives = 1, PositiveRatio = null, TooFew = TooFewNegatives.Drop });
        HardNegatives found = miner.Mine(anchors, positives, corpus, [7, 8], [-1, 7, 8, -1, 8], TestContext.Current.CancellationToken);
        Assert.Equal([2], found.Rows(0).ToArray());
        Assert.Equal([1], found.Rows(1).ToArray());

        // Without the keys the second row is nearest; equal rows count once.
        found = miner.Mine(anchors, positives, corpus, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([1], found.Rows(0).ToArray());
        Assert.Equal(4, found.Report.Candidates);
    }

    [Fact]
    public void Pairs_of_one_key_are_no_negatives_of_each_other_and_a_negative_key_is_none()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(30, seed: 9);
        int[] keys = [.. Enumerable.Range(0, 30).Select(i => i < 20 ? i % 3 : -1)];
        HardNegatives found = new HardNegativeMiner(new() { Negatives = 5, PositiveRatio = null }).Mine(anchors, positives, keys: keys, cancellationToken: TestContext.Current.CancellationToken);
        bool anyWithoutKey = false;
        for (int i = 0; i < 30; i++)
        {
            Assert.Equal(5, found.Rows(i).ToArray().Distinct().Count());
            Assert.All(found.Rows(i).ToArray(), row => Assert.True(row != i && (keys[i] < 0 || keys[row] != keys[i]), $"{row} is a negative of {i}"));
            anyWithoutKey |= keys[i] < 0 && found.Rows(i).ToArray().Any(row => keys[row] < 0);
        }

        Assert.True(anyWithoutKey);
    }

    [Fact]
    public void What_the_ranks_lack_is_drawn_at_random_and_keeps_the_margin()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(50, seed: 2);
        HardNegativeMinerOptions options = new() { Negatives = 8, LastRank = 5 };
        HardNegatives found = new HardNegativeMiner(options).Mine(anchors, positives, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(found.Report.Mined <= 5 * 50);
        Assert.True(found.Report.Filled >= 3 * (50 - found.Report.Dropped));
        Assert.NotEmpty(found.Kept());
        foreach (int i in found.Kept())
        {
            double bound = Bound(Cosine(anchors.Row(i), positives.Row(i)), 0.95);
            Assert.Equal(8, found.Rows(i).ToArray().Distinct().Count());
            Assert.All(found.Rows(i).ToArray(), row => Assert.True(Cosine(anchors.Row(i), positives.Row(row)) < bound));
        }
    }

    [Fact]
    public void A_share_is_drawn_from_all_candidates()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(400, seed: 6);
        HardNegatives mined = new HardNegativeMiner(new() { Negatives = 2, PositiveRatio = null }).Mine(anchors, positives, cancellationToken: TestContext.Current.CancellationToken);
        HardNegatives mixed = new HardNegativeMiner(new() { Negatives = 2, PositiveRatio = null, RandomShare = 0.25 }).Mine(anchors, positives, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(0, mined.Report.Random);

        // Half of the anchors draw one of their two: 200 of 800, give or take five standard deviations of 10.
        Assert.InRange(mixed.Report.Random, 150, 250);
        Assert.Equal(800, mixed.Report.Mined + mixed.Report.Random);
        Assert.True(mixed.Report.MeanNegativeScore < mined.Report.MeanNegativeScore - 0.02);
    }

    [Fact]
    public void Random_negatives_are_spread_over_all_candidates()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(2000, seed: 8);
        HardNegatives found = new HardNegativeMiner(new() { Negatives = 5, PositiveRatio = null, RandomShare = 1 }).Mine(anchors, positives, Cloud(10, seed: 5), cancellationToken: TestContext.Current.CancellationToken);
        int[] counts = new int[10];
        for (int i = 0; i < 2000; i++)
        {
            foreach (int row in found.Rows(i))
            {
                counts[row]++;
            }
        }

        // Each of ten candidates is among five of ten with probability a half: 1,000 times, standard deviation 22.
        Assert.All(counts, count => Assert.InRange(count, 880, 1120));
    }

    [Fact]
    public void Drawing_from_the_ranks_takes_others_than_the_nearest_and_stays_within()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(60, seed: 3);
        EmbeddingMatrix corpus = Cloud(90, seed: 4);
        HardNegativeMinerOptions all = new() { Negatives = 10, LastRank = 10, PositiveRatio = null };
        HardNegativeMinerOptions some = new() { Negatives = 3, LastRank = 10, PositiveRatio = null, DrawFromRanks = true };
        HardNegatives allowed = new HardNegativeMiner(all).Mine(anchors, positives, corpus, cancellationToken: TestContext.Current.CancellationToken);
        HardNegatives found = new HardNegativeMiner(some).Mine(anchors, positives, corpus, cancellationToken: TestContext.Current.CancellationToken);
        int nearest = 0;
        for (int i = 0; i < 60; i++)
        {
            Assert.Subset(allowed.Rows(i).ToArray().ToHashSet(), found.Rows(i).ToArray().ToHashSet());
            Assert.Equal(found.Scores(i).ToArray().OrderDescending(), found.Scores(i).ToArray());
            nearest += found.Rows(i).Contains(allowed.Rows(i)[0]) ? 1 : 0;
        }

        // Three of ten hold the nearest in 30 % of the cases.
        Assert.InRange(nearest, 5, 35);
    }

    [Fact]
    public void The_seed_decides_and_threads_do_not()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(1500, seed: 5);
        HardNegativeMinerOptions options = new() { RandomShare = 0.4, DrawFromRanks = true };
        List<int[]> first = Mined(options);
        options.Threads = 1;
        Assert.Equal(first, Mined(options));
        options.Seed = 43;
        Assert.NotEqual(first, Mined(options));

        List<int[]> Mined(HardNegativeMinerOptions settings)
        {
            HardNegatives found = new HardNegativeMiner(settings).Mine(anchors, positives, cancellationToken: TestContext.Current.CancellationToken);
            return [.. Enumerable.Range(0, anchors.Rows).Select(i => found.Rows(i).ToArray())];
        }
    }

    [Fact]
    public void A_graph_finds_nearly_the_same_as_an_exact_search()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(600, seed: 7);
        HardNegatives exact = new HardNegativeMiner().Mine(anchors, positives, cancellationToken: TestContext.Current.CancellationToken);
        HardNegatives graph = new HardNegativeMiner(new() { ExactUpTo = 0 }).Mine(anchors, positives, cancellationToken: TestContext.Current.CancellationToken);
        Assert.InRange(Enumerable.Range(0, 600).Count(i => exact.Rows(i).SequenceEqual(graph.Rows(i))), 560, 600);
    }

    [Fact]
    public void What_cannot_be_mined_is_refused_by_name()
    {
        EmbeddingMatrix two = new([1, 0, 0, 1], 2, 2);
        EmbeddingMatrix bad = new([1, 0, float.NaN, 1], 2, 2);
        HardNegativeMiner miner = new();
        CancellationToken stop = TestContext.Current.CancellationToken;
        Assert.Contains("positive 1", Assert.Throws<ArgumentException>(() => miner.Mine(two, bad, cancellationToken: stop)).Message, StringComparison.Ordinal);
        Assert.Contains("candidate 1", Assert.Throws<ArgumentException>(() => miner.Mine(two, two, bad, cancellationToken: stop)).Message, StringComparison.Ordinal);
        Assert.Contains("2 anchors and 3 positives", Assert.Throws<ArgumentException>(() => miner.Mine(two, new(3, 2), cancellationToken: stop)).Message, StringComparison.Ordinal);
        Assert.Contains("dimensions", Assert.Throws<ArgumentException>(() => miner.Mine(two, two, new(3, 5), cancellationToken: stop)).Message, StringComparison.Ordinal);
        Assert.Contains("1 keys of 2 pairs", Assert.Throws<ArgumentException>(() => miner.Mine(two, two, keys: [1], cancellationToken: stop)).Message, StringComparison.Ordinal);
        Assert.Contains("keys", Assert.Throws<ArgumentException>(() => miner.Mine(two, two, two, corpusKeys: [1, 2], cancellationToken: stop)).Message, StringComparison.Ordinal);
        Assert.Contains("no rows", Assert.Throws<ArgumentException>(() => miner.Mine(two, two, new(0, 2), cancellationToken: stop)).Message, StringComparison.Ordinal);
        Assert.Contains("PositiveRatio", Assert.Throws<ArgumentException>(() => new HardNegativeMiner(new() { PositiveRatio = 1.2 })).Message, StringComparison.Ordinal);
        Assert.Contains("LastRank", Assert.Throws<ArgumentException>(() => new HardNegativeMiner(new() { FirstRank = 9, LastRank = 8 })).Message, StringComparison.Ordinal);
        Assert.Contains("MinimumScore", Assert.Throws<ArgumentException>(() => new HardNegativeMiner(new() { MinimumScore = 0.5, MaximumScore = 0.4 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_search_ends()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(10, seed: 1);
        Assert.ThrowsAny<OperationCanceledException>(() => new HardNegativeMiner().Mine(anchors, positives, cancellationToken: new(canceled: true)));
    }

    // The rules, one after the other, over all candidates.
    private static int[] Textbook(HardNegativeMinerOptions options, ReadOnlySpan<float> anchor, ReadOnlySpan<float> positive, EmbeddingMatrix corpus)
    {
        double s = Cosine(anchor, positive);
        float[] a = anchor.ToArray();
        (int Row, double Score)[] ranked = [.. Enumerable.Range(0, corpus.Rows).Select(row => (row, Cosine(a, corpus.Row(row)))).OrderByDescending(c => c.Item2)];
        int[] negatives =
        [
            .. ranked[(options.FirstRank - 1)..Math.Min(corpus.Rows, options.LastRank)]
                .Where(c => options.PositiveRatio is not double ratio || c.Score < Bound(s, ratio))
                .Where(c => options.AbsoluteMargin is not double margin || c.Score < s - margin)
                .Where(c => options.MaximumScore is not double maximum || c.Score < maximum)
                .Where(c => options.MinimumScore is not double minimum || c.Score >= minimum)
                .Take(options.Negatives).Select(c => c.Row),
        ];
        return negatives.Length == options.Negatives ? negatives : [];
    }

    private static double Bound(double s, double ratio) => s - ((1 - ratio) * Math.Abs(s));

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            (xy, xx, yy) = (xy + ((double)x[i] * y[i]), xx + ((double)x[i] * x[i]), yy + ((double)y[i] * y[i]));
        }

        return xy / Math.Sqrt(xx * yy);
    }

    private static (EmbeddingMatrix Anchors, EmbeddingMatrix Positives) Pairs(int count, int seed)
    {
        EmbeddingMatrix anchors = Cloud(count, seed);
        EmbeddingMatrix noise = Cloud(count, seed + 100);
        EmbeddingMatrix positives = new(count, Dimensions);
        for (int i = 0; i < positives.Values.Length; i++)
        {
            positives.Values[i] = anchors.Values[i] + (0.5f * noise.Values[i]);
        }

        return (anchors, positives);
    }

    private static EmbeddingMatrix Cloud(int count, int seed)
    {
        Random random = new(seed);
        return new([.. Enumerable.Range(0, count * Dimensions).Select(_ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))], count, Dimensions);
    }
}
