using System.Numerics.Tensors;
using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Transforms;

public class SpaceTests
{
    [Fact]
    public void Procrustes_finds_a_rotation_that_is_there()
    {
        EmbeddingMatrix source = Rows.Correlated(200, 8, 1);
        EmbeddingMatrix target = Turned(source, Rotation(8), 0.5f);
        AlignmentTransform map = AlignmentTransform.Fit(source, target, new() { Normalize = false });

        Assert.Equal(target.Values.ToArray(), map.Apply(source).Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-3f);
        Assert.Equal(1, map.HeldOutCosine, 1e-4);
        AssertOrthogonal(map.Matrix, 8);
    }

    [Fact]
    public void Procrustes_stays_orthogonal_where_the_pairs_span_few_dimensions()
    {
        EmbeddingMatrix source = Rows.Correlated(4, 8, 2);
        AlignmentTransform map = AlignmentTransform.Fit(source, Turned(source, Rotation(8), 0), new() { HeldOut = 0 });
        AssertOrthogonal(map.Matrix, 8);
        Assert.True(double.IsNaN(map.HeldOutCosine));
        Assert.Equal(Turned(source, Rotation(8), 0).Row(1).ToArray().Select(v => v / TensorPrimitives.Norm<float>(source.Row(1))), map.Apply(source).Row(1).ToArray(), (a, b) => Math.Abs(a - b) < 1e-3f);
    }

    [Fact]
    public void Ridge_maps_between_other_dimensions_and_reports_pairs_it_has_not_seen()
    {
        EmbeddingMatrix source = Rows.Correlated(500, 12, 3);
        EmbeddingMatrix target = new(500, 5);
        float[] matrix = Rows.Correlated(12, 5, 4).Values.ToArray();
        MatrixProduct.Multiply(source.Values, matrix, target.Values, 500, 12, 5);
        AlignmentTransform map = AlignmentTransform.Fit(source, target, new() { Kind = AlignmentKind.Ridge, Penalty = 1e-9, Normalize = false });
        Assert.Equal(target.Values.ToArray(), map.Apply(source).Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-2f);

        // Noise has nothing to learn: the cosine of unseen pairs is what the means alone give, nowhere near 1.
        AlignmentTransform noise = AlignmentTransform.Fit(Rows.Correlated(60, 40, 5), Rows.Correlated(60, 40, 6), new() { Kind = AlignmentKind.Ridge });
        Assert.InRange(noise.HeldOutCosine, -0.5, 0.9);
        Assert.InRange(map.HeldOutCosine, 0.9999, 1.0001);
    }

    [Fact]
    public void Pairs_that_do_not_fit_are_refused()
    {
        Assert.Contains("Set a larger Penalty", Assert.Throws<ArgumentException>(() => AlignmentTransform.Fit(Rows.Correlated(3, 6, 1), Rows.Correlated(3, 6, 2), new() { Kind = AlignmentKind.Ridge, Penalty = 1e-300 })).Message, StringComparison.Ordinal);
        Assert.Contains("5 source and 6 target", Assert.Throws<ArgumentException>(() => AlignmentTransform.Fit(new(5, 2), new(6, 2))).Message, StringComparison.Ordinal);
        Assert.Contains("Take Ridge", Assert.Throws<ArgumentException>(() => AlignmentTransform.Fit(new(5, 2), new(5, 3))).Message, StringComparison.Ordinal);
        EmbeddingMatrix bad = Rows.Correlated(9, 2, 7);
        bad.Row(4)[0] = float.NaN;
        Assert.Contains("target vector of row 4", Assert.Throws<ArgumentException>(() => AlignmentTransform.Fit(Rows.Correlated(9, 2, 8), bad)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Anchors_give_cosines_and_named_ones_give_slots_their_names()
    {
        AnchorSimilarity concepts = AnchorSimilarity.Of(new EmbeddingMatrix([2, 0, 1, 1], 2, 2), ["east", "north-east"]);
        float[] result = new float[4];
        concepts.Apply([0, 3, 0, 0], result);
        Assert.Equal([0, MathF.Sqrt(0.5f), 0, 0], result, (a, b) => Math.Abs(a - b) < 1e-6f);
        Assert.Equal(["east", "north-east"], concepts.SlotNames);
        Assert.Contains("Anchor 1", Assert.Throws<ArgumentException>(() => AnchorSimilarity.Of(new EmbeddingMatrix([1, 0, 0, 0], 2, 2))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AnchorChoice.Random)]
    [InlineData(AnchorChoice.FarthestPoint)]
    [InlineData(AnchorChoice.KMeans)]
    public void Anchors_are_chosen_among_the_rows_the_same_for_the_same_seed(AnchorChoice choice)
    {
        EmbeddingMatrix rows = Rows.Correlated(200, 6, 9);
        rows.Row(3).Clear();
        AnchorOptions options = new() { Anchors = 12, Choice = choice, Seed = 5 };
        AnchorSimilarity anchors = AnchorSimilarity.Fit([rows], options, TestContext.Current.CancellationToken);
        Assert.Equal(12, anchors.OutputDimensions);
        EmbeddingMatrix similarities = anchors.Apply(rows);
        Assert.Equal(similarities.Values.ToArray(), AnchorSimilarity.Fit([rows], options, TestContext.Current.CancellationToken).Apply(rows).Values.ToArray());
        if (choice != AnchorChoice.KMeans)
        {
            // Each anchor is a row, so some row has cosine 1 with it.
            Assert.All(Enumerable.Range(0, 12), k => Assert.Equal(1, Enumerable.Range(0, 200).Max(i => similarities.Row(i)[k]), 1e-5));
        }

        Assert.Contains("there are 199 rows that are not zero", Assert.Throws<ArgumentException>(() => AnchorSimilarity.Fit([rows], new() { Anchors = 200 }, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Farthest_points_take_the_outlier_that_random_ones_miss()
    {
        EmbeddingMatrix rows = new(300, 3);
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            rows.Row(i)[0] = 1;
            rows.Row(i)[1] = (float)random.NextDouble() / 10;
        }

        rows.Row(123)[0] = -1;
        AnchorSimilarity anchors = AnchorSimilarity.Fit([rows], new() { Anchors = 2, Choice = AnchorChoice.FarthestPoint }, TestContext.Current.CancellationToken);
        Assert.Equal(1, anchors.Apply(rows).Row(123).ToArray().Max(), 1e-5);
    }

    [Fact]
    public void Pair_features_stand_in_the_order_of_their_names()
    {
        PairFeatures features = new(2);
        float[] result = new float[9];
        features.Apply([1, 2], [3, -1], result);
        Assert.Equal([1, 2, 3, -1, 2, 3, 3, -2, (float)(1 / Math.Sqrt(50))], result);
        Assert.Equal(["u0", "u1", "v0", "v1", "difference0", "difference1", "product0", "product1", "cosine"], features.SlotNames);
        float[] sideBySide = new float[9];
        ((VectorTransform)features).Apply([1, 2, 3, -1], sideBySide);
        Assert.Equal(result, sideBySide);
        new PairFeatures(2, PairFeatureParts.Cosine).Apply([0, 0], [1, 2], result.AsSpan(0, 1));
        Assert.Equal(0, result[0]);
        Assert.Throws<ArgumentException>(() => new PairFeatures(2, PairFeatureParts.None));
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(1e-30f)]
    public void The_cosine_of_a_pair_does_not_depend_on_lengths(float scale)
    {
        float[] result = new float[1];
        new PairFeatures(2, PairFeatureParts.Cosine).Apply([3 * scale, 4 * scale], [4 * scale, 3 * scale], result);
        Assert.Equal(0.96f, result[0], 1e-6f);
        EmbeddingMatrix rows = Rows.Correlated(50, 3, 1);
        TensorPrimitives.Multiply(rows.Values, scale, rows.Values);
        Assert.Equal(1, AlignmentTransform.Fit(rows, rows, new() { Normalize = false, Center = false }).HeldOutCosine, 1e-6);
    }

    [Fact]
    public void A_concept_without_a_name_and_more_anchors_than_are_looked_at_are_refused()
    {
        Assert.Contains("2 anchors and 1 names", Assert.Throws<ArgumentException>(() => AnchorSimilarity.Of(new EmbeddingMatrix([1, 0, 0, 1], 2, 2), ["sport", null!])).Message, StringComparison.Ordinal);
        Assert.Contains("5 anchors", Assert.Throws<ArgumentOutOfRangeException>(() => AnchorSimilarity.Fit([Rows.Correlated(50, 3, 1)], new() { Anchors = 5, Sample = 4 }, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_concatenations_cosine_is_the_weighted_mean_of_the_models_cosines()
    {
        EmbeddingCombination combination = EmbeddingCombination.Concatenate([3, 2], [1, 2]);
        EmbeddingMatrix rows = Rows.Correlated(2, 5, 10);
        EmbeddingMatrix result = combination.Apply(rows);
        double first = TensorPrimitives.CosineSimilarity<float>(rows.Row(0)[..3], rows.Row(1)[..3]);
        double second = TensorPrimitives.CosineSimilarity<float>(rows.Row(0)[3..], rows.Row(1)[3..]);
        Assert.Equal((first + (4 * second)) / 5, TensorPrimitives.Dot<float>(result.Row(0), result.Row(1)), 1e-6);
    }

    [Fact]
    public void An_average_in_the_common_space_brings_equal_spaces_together()
    {
        EmbeddingMatrix source = Rows.Correlated(200, 6, 11);
        EmbeddingMatrix target = Turned(source, Rotation(6), 0);
        AlignmentTransform map = AlignmentTransform.Fit(source, target, new() { Center = false });
        EmbeddingCombination average = EmbeddingCombination.Average([6, 6], [map, null]);
        float[] both = [.. source.Row(9), .. target.Row(9)];
        float[] result = new float[6];
        average.Apply(both, result);
        Assert.Equal(1, TensorPrimitives.CosineSimilarity<float>(result, target.Row(9)), 1e-5);
        Assert.Contains("Give it an alignment", Assert.Throws<ArgumentException>(() => EmbeddingCombination.Average([6, 5], [null, null])).Message, StringComparison.Ordinal);
    }

    // Eigenvectors of any symmetric matrix are orthonormal.
    private static float[] Rotation(int size) => WhiteningTransform.Fit(Rows.Correlated(50, size, 99), new() { Kind = WhiteningKind.Pca, Alpha = 0 }).Matrix.ToArray();

    private static EmbeddingMatrix Turned(EmbeddingMatrix rows, float[] rotation, float shift)
    {
        EmbeddingMatrix result = new(rows.Rows, rows.Dimensions);
        MatrixProduct.Multiply(rows.Values, rotation, result.Values, rows.Rows, rows.Dimensions, rows.Dimensions);
        TensorPrimitives.Add(result.Values, shift, result.Values);
        return result;
    }

    private static void AssertOrthogonal(ReadOnlySpan<float> matrix, int size)
    {
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                Assert.Equal(i == j ? 1 : 0, TensorPrimitives.Dot(matrix.Slice(i * size, size), matrix.Slice(j * size, size)), 1e-5f);
            }
        }
    }
}
