using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Hubness;

/// <summary>Scores of candidates, and rescaled similarities to anchors, against the definitions.</summary>
public class RescaledFeaturesTests
{
    public static TheoryData<HubnessReductionKind> Kinds => [.. Enum.GetValues<HubnessReductionKind>()];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Scores_are_those_of_the_definition_for_candidates_fitted_on_and_others(HubnessReductionKind kind)
    {
        EmbeddingMatrix rows = Rows.Correlated(50, 6, 1);
        EmbeddingMatrix fresh = Rows.Correlated(5, 6, 2);
        EmbeddingMatrix queries = Rows.Correlated(8, 6, 3);

        // Pairs repeat queries and candidates, and each candidate is fitted on three times.
        CandidateScorer scorer = CandidateScorer.Fit(Take(rows, [.. Enumerable.Range(0, 150).Select(i => i * 7 % 50)]), kind, options: new() { Neighbors = 4 }, cancellationToken: Cancellation);
        TextbookReductions textbook = new(rows, VectorMetric.Cosine, 4);
        int[] asked = [.. Enumerable.Range(0, 120).Select(i => i % 8)];
        int[] named = [.. Enumerable.Range(0, 120).Select(i => i * 11 % 55)];
        float[] scores = new float[120];
        scorer.Score(Take(queries, asked), Take(Joined(rows, fresh), named), scores, cancellationToken: Cancellation);
        for (int i = 0; i < scores.Length; i++)
        {
            (int, float[]) candidate = named[i] < 50 ? (named[i], []) : (-1, fresh.Row(named[i] - 50).ToArray());
            double distance = textbook.Secondary(kind, (-1, queries.Row(asked[i]).ToArray()), candidate);
            double expected = scorer.Reduction.IsBounded ? 1 - distance : -distance;
            Assert.True(Math.Abs(expected - scores[i]) <= 1e-5 * Math.Max(1, Math.Abs(expected)), $"pair {i}: {scores[i]} is not {expected}");
        }

        float[] alone = new float[1];
        scorer.Score(Take(queries, asked[17..18]), Take(Joined(rows, fresh), named[17..18]), alone, threads: 1, Cancellation);
        Assert.Equal(scores[17], alone[0]);
    }

    [Fact]
    public void Pairs_that_do_not_match_are_refused()
    {
        CandidateScorer scorer = CandidateScorer.Fit(Rows.Correlated(20, 6, 1), HubnessReductionKind.Csls, cancellationToken: Cancellation);
        Assert.Throws<ArgumentException>(() => scorer.Score(Rows.Correlated(2, 6, 1), Rows.Correlated(3, 6, 1), new float[3], cancellationToken: Cancellation));
        Assert.Throws<ArgumentException>(() => scorer.Score(Rows.Correlated(2, 6, 1), Rows.Correlated(2, 6, 1), new float[3], cancellationToken: Cancellation));
        Assert.Throws<ArgumentException>(() => scorer.Score(Rows.Correlated(2, 5, 1), Rows.Correlated(2, 6, 1), new float[2], cancellationToken: Cancellation));
        scorer.Score(new EmbeddingMatrix(0, 6), new EmbeddingMatrix(0, 6), [], cancellationToken: Cancellation);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Features_are_similarities_to_anchors_by_the_definition(HubnessReductionKind kind)
    {
        EmbeddingMatrix rows = Rows.Correlated(50, 6, 1);
        EmbeddingMatrix fresh = Rows.Correlated(5, 6, 2);
        HubnessReduction reduction = HubnessReduction.Fit(new ExactNeighbors(rows), kind, new() { Neighbors = 4 }, cancellationToken: Cancellation);
        RescaledRepresentation representation = RescaledRepresentation.Fit(reduction, rows, anchors: 3, cancellationToken: Cancellation);
        Assert.Equal((6, 3), (representation.InputDimensions, representation.OutputDimensions));
        TextbookReductions textbook = new(rows, VectorMetric.Cosine, 4);
        float[] features = new float[55 * 3];
        representation.Apply(Joined(rows, fresh), features, cancellationToken: Cancellation);
        for (int i = 0; i < features.Length; i++)
        {
            (int, float[]) point = i / 3 < 50 ? (i / 3, []) : (-1, fresh.Row((i / 3) - 50).ToArray());
            double distance = textbook.Secondary(kind, point, (-1, representation.Anchors.Row(i % 3).ToArray()));
            double expected = reduction.IsBounded ? 1 - distance : -distance;
            Assert.True(Math.Abs(expected - features[i]) <= 1e-5 * Math.Max(1, Math.Abs(expected)), $"feature {i % 3} of {i / 3}: {features[i]} is not {expected}");
        }
    }

    [Fact]
    public void Anchors_are_the_centroids_of_clusters()
    {
        // Two bundles around two directions: an anchor each.
        EmbeddingMatrix rows = new([1, 0, 1, 0.1f, 1, -0.1f, 0, 1, 0.1f, 1, -0.1f, 1], 6, 2);
        HubnessReduction reduction = HubnessReduction.Fit(new ExactNeighbors(rows), HubnessReductionKind.Nicdm, new() { Neighbors = 2 }, cancellationToken: Cancellation);
        float[][] anchors = [.. Enumerable.Range(0, 2).Select(i => RescaledRepresentation.Fit(reduction, rows, 2, cancellationToken: Cancellation).Anchors.Row(i).ToArray()).OrderBy(a => a[0])];
        Assert.Equal([0f, 1f], anchors[0].Select(v => MathF.Round(v, 4)));
        Assert.Equal([1f, 0f], anchors[1].Select(v => MathF.Round(v, 4)));
        Assert.Throws<ArgumentException>(() => RescaledRepresentation.Fit(reduction, rows, 7, cancellationToken: Cancellation));
    }

    [Fact]
    public void A_saved_representation_gives_the_same_features_and_a_damaged_one_none()
    {
        EmbeddingMatrix rows = Rows.Correlated(12, 4, 1);
        HubnessReduction reduction = HubnessReduction.Fit(new ExactNeighbors(rows), HubnessReductionKind.LocalScaling, new() { Neighbors = 4 }, cancellationToken: Cancellation);
        RescaledRepresentation representation = RescaledRepresentation.Fit(reduction, rows, 3, cancellationToken: Cancellation);
        using MemoryStream stream = new();
        representation.Save(stream);
        byte[] saved = stream.ToArray();
        Assert.Equal(Features(representation), Features(RescaledRepresentation.Load(new MemoryStream(saved))));
        Random random = new(2);
        for (int trial = 0; trial < 300; trial++)
        {
            byte[] damaged = [.. saved];
            damaged[random.Next(trial % 3 == 0 ? 4 : damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Throws<InvalidDataException>(() => RescaledRepresentation.Load(new MemoryStream(damaged)));
            Assert.Throws<InvalidDataException>(() => RescaledRepresentation.Load(new MemoryStream(saved[..random.Next(saved.Length)])));
        }

        float[] Features(RescaledRepresentation of)
        {
            float[] features = new float[12 * 3];
            of.Apply(rows, features, cancellationToken: Cancellation);
            return features;
        }
    }

    [Fact]
    public void The_check_is_the_skewness_of_the_occurrences()
    {
        EmbeddingMatrix rows = Rows.Correlated(200, 30, 1);
        double expected = HubnessMeasures.Of(KOccurrence.Of(new ExactNeighbors(rows, VectorMetric.Euclidean), 10, cancellationToken: Cancellation), 10).Skewness;
        Assert.Equal(expected, HubnessCheck.Skewness(rows, VectorMetric.Euclidean, cancellationToken: Cancellation), 1e-9);
        Assert.Equal(0, HubnessCheck.Skewness(Rows.Correlated(1, 3, 1), cancellationToken: Cancellation));
        Assert.InRange(HubnessCheck.Skewness(Rows.Correlated(5, 3, 1), cancellationToken: Cancellation), -1, 1);
    }

    private static EmbeddingMatrix Take(EmbeddingMatrix rows, int[] numbers) => new([.. numbers.SelectMany(i => rows.Row(i).ToArray())], numbers.Length, rows.Dimensions);

    private static EmbeddingMatrix Joined(EmbeddingMatrix first, EmbeddingMatrix second) => new([.. first.Values, .. second.Values], first.Rows + second.Rows, first.Dimensions);
}
