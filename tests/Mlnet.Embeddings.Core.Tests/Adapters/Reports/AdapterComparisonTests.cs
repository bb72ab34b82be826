using System.Text.Json;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Transforms;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters;

/// <summary>The adapter of these tests leaves out dimensions that are noise: what it gains is known beforehand.</summary>
public sealed class AdapterComparisonTests
{
    private const int Dimensions = 12;
    private const int Signal = 6;

    private static readonly TruncationTransform Better = new(Dimensions, Signal);
    private static readonly TruncationTransform ClassSignal = new(Dimensions, 3);
    private static readonly TruncationTransform Same = new(Dimensions, Dimensions, normalize: false);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Accuracy_by_centroids_and_neighbours_is_that_of_the_definition()
    {
        (EmbeddingMatrix fitted, int[] fittedLabels) = Classes(12, seed: 1);
        (EmbeddingMatrix heldOut, int[] labels) = Classes(400, seed: 2);
        AdapterReport report = AdapterComparison.Labels(fitted, fittedLabels, heldOut, labels, ClassSignal, cancellationToken: Stop);
        Assert.Equal(("labels", 400), (report.Task, report.HeldOut));
        Assert.Equal(["centroid_accuracy", "knn_accuracy", "logistic_accuracy"], report.Scores.Select(s => s.Name));
        Assert.Equal(ByCentroid(fitted, fittedLabels, heldOut, labels), report.Scores[0].Before, 1e-12);
        Assert.Equal(ByCentroid(ClassSignal.Apply(fitted), fittedLabels, ClassSignal.Apply(heldOut), labels), report.Scores[0].After, 1e-12);
        Assert.Equal(ByNeighbors(fitted, fittedLabels, heldOut, labels), report.Scores[1].Before, 1e-12);
        Assert.Equal(ByNeighbors(ClassSignal.Apply(fitted), fittedLabels, ClassSignal.Apply(heldOut), labels), report.Scores[1].After, 1e-12);
        Assert.Equal(AdapterVerdict.Better, report.Verdict);
        Assert.InRange(report.Main.Difference, report.Main.Low, report.Main.High);
    }

    [Fact]
    public void The_positive_of_an_anchor_is_ranked_among_those_of_others_and_the_negatives()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(50, seed: 3);

        // The first two pairs are one question with two answers: neither is in the other's way.
        anchors.Row(0).CopyTo(anchors.Row(1));
        EmbeddingMatrix negatives = Noise(20, seed: 4);
        AdapterReport report = AdapterComparison.Pairs(anchors, positives, negatives, Better, Better, cancellationToken: Stop);
        Assert.Equal(49, report.HeldOut);
        (double mrr, double first) = Searched(Better.Apply(anchors), Better.Apply(positives), Better.Apply(negatives));
        Assert.Equal(mrr, report.Main.After, 1e-9);
        Assert.Equal(first, report.Scores[1].After, 1e-9);
        (mrr, first) = Searched(anchors, positives, negatives);
        Assert.Equal(mrr, report.Main.Before, 1e-9);
        Assert.Equal(first, report.Scores[1].Before, 1e-9);
        Assert.Equal(AdapterVerdict.Better, report.Verdict);
    }

    [Fact]
    public void Scored_pairs_are_compared_by_Spearmans_correlation()
    {
        (EmbeddingMatrix left, EmbeddingMatrix right, float[] scores) = Scored(80, seed: 5);
        AdapterReport report = AdapterComparison.ScoredPairs(left, right, scores, Better, Better, cancellationToken: Stop);
        double[] gold = [.. scores.Select(s => (double)s)];
        Assert.Equal(Correlation.Spearman(Cosines(left, right), gold), report.Main.Before, 1e-9);
        Assert.Equal(Correlation.Spearman(Cosines(Better.Apply(left), Better.Apply(right)), gold), report.Main.After, 1e-9);
        Assert.Equal(AdapterVerdict.Better, report.Verdict);
    }

    [Fact]
    public void Queries_are_compared_by_nDCG_at_10_among_all_documents()
    {
        (EmbeddingMatrix queries, EmbeddingMatrix documents) = Pairs(40, seed: 6);
        (int, int)[] relevant = [.. Enumerable.Range(0, 30).SelectMany(q => new[] { (q, q), (q, (q + 1) % 40) })];
        AdapterReport report = AdapterComparison.Relevance(queries, documents, relevant, Better, Better, cancellationToken: Stop);
        Assert.Equal(30, report.HeldOut);
        Assert.Equal(Ndcg(queries, documents, relevant), report.Main.Before, 1e-9);
        Assert.Equal(Ndcg(Better.Apply(queries), Better.Apply(documents), relevant), report.Main.After, 1e-9);
        Assert.Equal(AdapterVerdict.Better, report.Verdict);
    }

    [Fact]
    public void The_identity_makes_no_difference_at_all()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(50, seed: 3);
        (EmbeddingMatrix rows, int[] labels) = Classes(60, seed: 2);
        (EmbeddingMatrix left, EmbeddingMatrix right, float[] scores) = Scored(80, seed: 5);
        AdapterReport[] reports =
        [
            AdapterComparison.Labels(rows, labels, rows, labels, Same, cancellationToken: Stop),
            AdapterComparison.Pairs(anchors, positives, null, Same, Same, cancellationToken: Stop),
            AdapterComparison.ScoredPairs(left, right, scores, Same, Same, cancellationToken: Stop),
            AdapterComparison.Relevance(anchors, positives, [.. Enumerable.Range(0, 50).Select(i => (i, i))], Same, Same, cancellationToken: Stop),
        ];
        Assert.All(reports, report =>
        {
            Assert.Equal((AdapterVerdict.NoDifference, 0.0, 0.0), (report.Verdict, report.Main.Low, report.Main.High));
            Assert.Equal(report.Before, report.After);
            Assert.Contains("does not beat", report.Summary, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void What_takes_the_signal_away_is_told_to_be_worse()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(60, seed: 3);
        AdapterReport report = AdapterComparison.Pairs(anchors, positives, null, new TruncationTransform(Dimensions, 1), new TruncationTransform(Dimensions, 1), cancellationToken: Stop);
        Assert.Equal(AdapterVerdict.Worse, report.Verdict);
        Assert.Contains("worse than none", report.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_held_out_rows_tell_nothing()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(19, seed: 3);
        AdapterReport report = AdapterComparison.Pairs(anchors, positives, null, Better, Better, cancellationToken: Stop);
        Assert.True(report.Main.Low > 0);
        Assert.Equal(AdapterVerdict.CannotTell, report.Verdict);
        Assert.Contains("cannot be told from so few", report.Summary, StringComparison.Ordinal);
        EmbeddingMatrix one = new([1, 0], 1, 2);
        AdapterReport least = AdapterComparison.ScoredPairs(one, one, [1], new TruncationTransform(2, 2), new TruncationTransform(2, 2), cancellationToken: Stop);
        Assert.Equal(AdapterVerdict.CannotTell, least.Verdict);
        Assert.Null(least.After);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(least.ToJson()).RootElement.GetProperty("before").ValueKind);
    }

    [Fact]
    public void Two_encoders_of_other_sizes_have_no_score_before()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Pairs(40, seed: 3);
        AdapterReport report = AdapterComparison.Pairs(anchors, Better.Apply(positives), null, Better, new TruncationTransform(Signal, Signal), cancellationToken: Stop);
        Assert.Equal(AdapterVerdict.CannotTell, report.Verdict);
        Assert.True(report.Main.After > 0.9);
        JsonElement mrr = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("scores").GetProperty("mrr");
        Assert.Equal(JsonValueKind.Null, mrr.GetProperty("before").ValueKind);
        Assert.Equal(report.Main.After, mrr.GetProperty("after").GetDouble());
    }

    [Fact]
    public void The_same_seed_gives_the_same_report_on_any_number_of_threads()
    {
        (EmbeddingMatrix rows, int[] labels) = Classes(400, seed: 2);
        string first = Report(new() { MostRows = 50, Threads = 1 });
        Assert.Equal(first, Report(new() { MostRows = 50, Threads = 2 }));
        Assert.NotEqual(first, Report(new() { MostRows = 50, Seed = 43 }));
        Assert.Equal(50, JsonDocument.Parse(first).RootElement.GetProperty("held_out").GetInt32());

        string Report(AdapterReportOptions options) => AdapterComparison.Labels(rows, labels, rows, labels, Better, options, Stop).ToJson();
    }

    [Fact]
    public void Text_and_JSON_have_all_that_was_measured()
    {
        (EmbeddingMatrix rows, int[] labels) = Classes(400, seed: 2);
        (EmbeddingMatrix fitted, int[] fittedLabels) = Classes(12, seed: 1);
        AdapterReport report = AdapterComparison.Labels(fitted, fittedLabels, rows, labels, ClassSignal, cancellationToken: Stop);
        string text = report.ToText();
        Assert.All(["centroid_accuracy", "knn_accuracy", "logistic_accuracy", "skewness of N_10", "mean cosine", "IsoScore", "effective rank"], name => Assert.Contains(name, text, StringComparison.Ordinal));
        JsonElement json = JsonDocument.Parse(report.ToJson()).RootElement;
        Assert.Equal("better", json.GetProperty("verdict").GetString());
        Assert.Equal(report.After!.Skewness, json.GetProperty("after").GetProperty("skewness").GetDouble());
        Assert.Equal([report.Main.Low, report.Main.High], json.GetProperty("scores").GetProperty("centroid_accuracy").GetProperty("ci95").EnumerateArray().Select(v => v.GetDouble()));
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        EmbeddingMatrix two = Noise(2, seed: 1);
        Assert.Throws<ArgumentException>(() => AdapterComparison.Labels(two, [0], two, [0, 1], Same, cancellationToken: Stop));
        Assert.Throws<ArgumentException>(() => AdapterComparison.Labels(two, [0, -1], two, [0, 1], Same, cancellationToken: Stop));
        Assert.Throws<ArgumentException>(() => AdapterComparison.Pairs(two, Noise(3, seed: 1), null, Same, Same, cancellationToken: Stop));
        Assert.Throws<ArgumentException>(() => AdapterComparison.ScoredPairs(two, two, [1], Same, Same, cancellationToken: Stop));
        Assert.Throws<ArgumentException>(() => AdapterComparison.Relevance(two, two, [(2, 0)], Same, Same, cancellationToken: Stop));
        Assert.Throws<ArgumentException>(() => AdapterComparison.Relevance(two, two, [], Same, Same, cancellationToken: Stop));
        Assert.ThrowsAny<OperationCanceledException>(() => AdapterComparison.Pairs(two, two, null, Same, Same, cancellationToken: new(canceled: true)));
    }

    private static double ByCentroid(EmbeddingMatrix fitted, int[] fittedLabels, EmbeddingMatrix rows, int[] labels)
    {
        double[][] centroids = [.. Enumerable.Range(0, 3).Select(c => new double[rows.Dimensions])];
        for (int i = 0; i < fitted.Rows; i++)
        {
            double length = Math.Sqrt(fitted.Row(i).ToArray().Sum(v => (double)v * v));
            for (int j = 0; j < rows.Dimensions; j++)
            {
                centroids[fittedLabels[i]][j] += fitted.Row(i)[j] / length;
            }
        }

        return Enumerable.Range(0, rows.Rows).Average(i => Enumerable.Range(0, 3).MaxBy(c => Cosine(rows.Row(i), [.. centroids[c].Select(v => (float)v)])) == labels[i] ? 1.0 : 0);
    }

    private static double ByNeighbors(EmbeddingMatrix fitted, int[] fittedLabels, EmbeddingMatrix rows, int[] labels) => Enumerable.Range(0, rows.Rows).Average(i =>
    {
        var nearest = Enumerable.Range(0, fitted.Rows).Select(row => (Label: fittedLabels[row], Distance: 1 - Cosine(rows.Row(i), fitted.Row(row)))).OrderBy(n => n.Distance).Take(5);
        return nearest.GroupBy(n => n.Label).MaxBy(g => g.Sum(n => 1 / n.Distance))!.Key == labels[i] ? 1.0 : 0;
    });

    private static (double Mrr, double First) Searched(EmbeddingMatrix anchors, EmbeddingMatrix positives, EmbeddingMatrix negatives)
    {
        double[] ranks = [.. Enumerable.Range(0, anchors.Rows).Select(i =>
        {
            double own = Cosine(anchors.Row(i), positives.Row(i));
            int[] others = [.. Enumerable.Range(0, positives.Rows).Where(j => j != i && !(i < 2 && j < 2))];
            return 1.0 + others.Count(j => Cosine(anchors.Row(i), positives.Row(j)) > own) + Enumerable.Range(0, negatives.Rows).Count(j => Cosine(anchors.Row(i), negatives.Row(j)) > own);
        })];

        // The two answers of the first question count as one anchor.
        double Mean(Func<double, double> of) => (((of(ranks[0]) + of(ranks[1])) / 2) + ranks.Skip(2).Sum(of)) / (ranks.Length - 1);
        return (Mean(rank => 1 / rank), Mean(rank => rank == 1 ? 1 : 0));
    }

    private static double Ndcg(EmbeddingMatrix queries, EmbeddingMatrix documents, (int Query, int Document)[] relevant) => relevant.GroupBy(r => r.Query).Average(group =>
    {
        int[] ranked = [.. Enumerable.Range(0, documents.Rows).OrderByDescending(d => Cosine(queries.Row(group.Key), documents.Row(d))).Take(10)];
        double gain = ranked.Select((d, rank) => group.Any(r => r.Document == d) ? 1 / Math.Log2(rank + 2) : 0).Sum();
        return gain / Enumerable.Range(0, group.Count()).Sum(rank => 1 / Math.Log2(rank + 2));
    });

    private static double[] Cosines(EmbeddingMatrix left, EmbeddingMatrix right) => [.. Enumerable.Range(0, left.Rows).Select(i => Cosine(left.Row(i), right.Row(i)))];

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            (xy, xx, yy) = (xy + ((double)x[i] * y[i]), xx + ((double)x[i] * x[i]), yy + ((double)y[i] * y[i]));
        }

        return xy / Math.Sqrt(xx * yy);
    }

    // Signal in the first dimensions, noise as strong in the others.
    private static (EmbeddingMatrix Rows, int[] Labels) Classes(int count, int seed)
    {
        EmbeddingMatrix rows = Noise(count, seed);
        for (int i = 0; i < count; i++)
        {
            rows.Row(i)[i % 3] += 0.7f;
        }

        return (rows, [.. Enumerable.Range(0, count).Select(i => i % 3)]);
    }

    private static (EmbeddingMatrix Anchors, EmbeddingMatrix Positives) Pairs(int count, int seed)
    {
        EmbeddingMatrix anchors = Noise(count, seed), positives = Noise(count, seed + 50);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < Signal; j++)
            {
                positives.Row(i)[j] = anchors.Row(i)[j] + (0.1f * positives.Row(i)[j]);
            }
        }

        return (anchors, positives);
    }

    private static (EmbeddingMatrix Left, EmbeddingMatrix Right, float[] Scores) Scored(int count, int seed)
    {
        EmbeddingMatrix left = Noise(count, seed), right = Noise(count, seed + 50);
        return (left, right, [.. Enumerable.Range(0, count).Select(i => (float)Cosine(left.Row(i)[..Signal], right.Row(i)[..Signal]))]);
    }

    private static EmbeddingMatrix Noise(int count, int seed)
    {
        Random random = new(seed);
        return new([.. Enumerable.Range(0, count * Dimensions).Select(_ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))], count, Dimensions);
    }
}
