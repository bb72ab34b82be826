using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Whitening;

public class WhiteningTests
{
    public static TheoryData<WhiteningKind> Kinds => [.. Enum.GetValues<WhiteningKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whitened_rows_have_mean_zero_and_covariance_I(WhiteningKind kind)
    {
        EmbeddingMatrix rows = Rows.Correlated(600, 30, 1);
        WhiteningTransform whitening = WhiteningTransform.Fit(rows, new() { Kind = kind, Alpha = 1, Normalize = false });

        EmbeddingMatrix white = whitening.Apply(rows);

        Assert.Equal(30, whitening.OutputDimensions);
        Assert.True(Rows.DistanceFromIdentity(white) < 1e-3, $"off by {Rows.DistanceFromIdentity(white)}");
        Assert.All(Rows.Mean(white), m => Assert.Equal(0, m, 1e-4));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void With_scaling_rows_have_length_1_and_the_direction_they_had_without(WhiteningKind kind)
    {
        EmbeddingMatrix rows = Rows.Correlated(200, 10, 2);
        EmbeddingMatrix plain = WhiteningTransform.Fit(rows, new() { Kind = kind, Normalize = false }).Apply(rows);
        WhiteningTransform whitening = WhiteningTransform.Fit(rows, new() { Kind = kind });
        EmbeddingMatrix unit = whitening.Apply(rows);
        Assert.True(whitening.IsNormalized);
        for (int i = 0; i < rows.Rows; i++)
        {
            double length = Math.Sqrt(plain.Row(i).ToArray().Sum(v => (double)v * v));
            for (int j = 0; j < 10; j++)
            {
                Assert.Equal(plain.Row(i)[j] / length, unit.Row(i)[j], 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(WhiteningKind.Zca)]
    [InlineData(WhiteningKind.Cholesky)]
    public void The_matrix_of_a_covariance_worked_by_hand(WhiteningKind kind)
    {
        // Σ = [[2, 1], [1, 2]]: λ = 3 and 1, u = (1, ±1)/√2; Σ⁻¹ = [[2, −1], [−1, 2]]/3.
        (double a, double b) = (0.5 * ((1 / Math.Sqrt(3)) + 1), 0.5 * ((1 / Math.Sqrt(3)) - 1));
        double l = Math.Sqrt(2.0 / 3);
        double[] expected = kind == WhiteningKind.Zca ? [a, b, b, a] : [l, 0, -1 / 3.0 / l, Math.Sqrt(0.5)];

        Moments moments = new(new CentralMoments(3, [0, 0], [4, 2, 2, 4], [0, 0], 100));
        float[] matrix = WhiteningTransform.FitFrom(moments, new() { Kind = kind, Alpha = 1 }).Matrix.ToArray();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(expected[i], matrix[i], 1e-6);
        }
    }

    [Fact]
    public void Pca_turns_onto_the_axes_of_largest_variance_first_and_keeps_the_leading_ones()
    {
        EmbeddingMatrix rows = Rows.Correlated(500, 12, 3);
        EmbeddingMatrix rotated = WhiteningTransform.Fit(rows, new() { Kind = WhiteningKind.Pca, Alpha = 0, Normalize = false }).Apply(rows);
        WhiteningTransform kept = WhiteningTransform.Fit(rows, new() { Kind = WhiteningKind.Pca, Alpha = 0, Normalize = false, Dimensions = 4 });
        double[] product = Rows.CoMoments(rotated);

        for (int i = 0; i < 12; i++)
        {
            Assert.Equal(kept.Eigenvalues[i], product[(i * 12) + i] / 499, 1e-4);
            Assert.True(i == 0 || product[(i * 12) + i] <= product[((i - 1) * 12) + i - 1] * (1 + 1e-6));
        }

        EmbeddingMatrix leading = kept.Apply(rows);
        Assert.Equal(4, leading.Dimensions);
        Assert.Equal(rotated.Row(7)[..4].ToArray(), leading.Row(7).ToArray(), (a, b) => Math.Abs(a - b) < 1e-4f);
    }

    [Fact]
    public void Zca_is_symmetric_and_only_centres_at_alpha_0()
    {
        EmbeddingMatrix rows = Rows.Correlated(400, 9, 4);
        ReadOnlySpan<float> matrix = WhiteningTransform.Fit(rows).Matrix;
        ReadOnlySpan<float> bare = WhiteningTransform.Fit(rows, new() { Alpha = 0 }).Matrix;
        for (int i = 0; i < 9; i++)
        {
            for (int j = 0; j < 9; j++)
            {
                Assert.Equal(matrix[(i * 9) + j], matrix[(j * 9) + i]);
                Assert.Equal(i == j ? 1 : 0, bare[(i * 9) + j], 1e-6f);
            }
        }
    }

    [Fact]
    public void Alpha_and_epsilon_leave_the_variances_that_the_formula_says()
    {
        EmbeddingMatrix rows = Rows.Correlated(500, 8, 5);
        WhiteningTransform whitening = WhiteningTransform.Fit(rows, new() { Kind = WhiteningKind.Pca, Alpha = 0.5, Epsilon = 0.25, Normalize = false });
        double[] product = Rows.CoMoments(whitening.Apply(rows));
        for (int i = 0; i < 8; i++)
        {
            double value = whitening.Eigenvalues[i];
            Assert.Equal(value / Math.Sqrt(value + 0.25), product[(i * 8) + i] / 499, 1e-4);
        }
    }

    [Fact]
    public void By_default_variances_are_raised_to_three_quarters_and_Cholesky_makes_them_1()
    {
        EmbeddingMatrix rows = Rows.Correlated(500, 8, 5);
        WhiteningTransform whitening = WhiteningTransform.Fit(rows, new() { Kind = WhiteningKind.Pca, Normalize = false });
        double[] product = Rows.CoMoments(whitening.Apply(rows));
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(Math.Pow(whitening.Eigenvalues[i], 0.75), product[(i * 8) + i] / 499, 1e-4);
        }

        Assert.InRange(Rows.DistanceFromIdentity(WhiteningTransform.Fit(rows, new() { Kind = WhiteningKind.Cholesky, Normalize = false }).Apply(rows)), 0, 1e-3);
    }

    [Fact]
    public void Shrinkage_whitens_the_shrunk_covariance()
    {
        EmbeddingMatrix rows = Rows.Correlated(20, 10, 6);
        Moments moments = Moments.Of(rows);
        double s = moments.LedoitWolfShrinkage();
        double mean = Enumerable.Range(0, 10).Sum(i => moments.Covariance()[i * 11]) / 10;
        WhiteningTransform plain = WhiteningTransform.FitFrom(moments);
        WhiteningTransform shrunk = WhiteningTransform.FitFrom(moments, new() { Shrinkage = CovarianceShrinkage.LedoitWolf });
        Assert.Equal(s, shrunk.Shrinkage, 1e-15);
        Assert.Equal(0, plain.Shrinkage);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(((1 - s) * plain.Eigenvalues[i]) + (s * mean), shrunk.Eigenvalues[i], 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fewer_rows_than_dimensions_constants_and_duplicates_never_give_NaN(WhiteningKind kind)
    {
        EmbeddingMatrix few = Rows.Correlated(8, 20, 7);
        EmbeddingMatrix flawed = Rows.Correlated(300, 20, 8);
        for (int i = 0; i < flawed.Rows; i++)
        {
            flawed.Row(i)[4] = 0.1f;
            flawed.Row(i)[11] = flawed.Row(i)[2];
        }

        foreach ((EmbeddingMatrix rows, int rank) in new[] { (few, 7), (flawed, 18) })
        {
            if (kind == WhiteningKind.Cholesky)
            {
                Assert.Contains("not the full rank of 20", Assert.Throws<ArgumentException>(() => WhiteningTransform.Fit(rows, new() { Kind = kind })).Message, StringComparison.Ordinal);
                continue;
            }

            WhiteningTransform whitening = WhiteningTransform.Fit(rows, new() { Kind = kind, Alpha = 1, Normalize = false });
            EmbeddingMatrix white = whitening.Apply(rows);
            Assert.Equal(kind is WhiteningKind.Pca or WhiteningKind.PcaCor ? rank : 20, white.Dimensions);
            Assert.All(white.Values.ToArray(), v => Assert.True(float.IsFinite(v)));

            // As many directions of variance 1 as the rows span, and nothing else.
            double[] product = Rows.CoMoments(white);
            Assert.Equal(rank, Enumerable.Range(0, white.Dimensions).Sum(i => product[i * (white.Dimensions + 1)]) / (rows.Rows - 1), 1e-3);

            // New rows that leave the span of the fitted ones stay finite as well.
            Assert.All(whitening.Apply(Rows.Correlated(50, 20, 9)).Values.ToArray(), v => Assert.True(float.IsFinite(v)));
        }
    }

    [Fact]
    public void Epsilon_or_shrinkage_lets_Cholesky_whiten_what_lacks_rank()
    {
        EmbeddingMatrix rows = Rows.Correlated(8, 20, 10);
        foreach (WhiteningOptions options in new WhiteningOptions[] { new() { Kind = WhiteningKind.Cholesky, Epsilon = 0.01 }, new() { Kind = WhiteningKind.Cholesky, Shrinkage = CovarianceShrinkage.LedoitWolf } })
        {
            Assert.All(WhiteningTransform.Fit(rows, options).Apply(rows).Values.ToArray(), v => Assert.True(float.IsFinite(v)));
        }
    }

    [Fact]
    public void What_cannot_be_fitted_is_refused_with_the_way_out()
    {
        Refused("there are 1", () => WhiteningTransform.Fit(new EmbeddingMatrix(1, 3)));
        Refused("All 5 rows are equal", () => WhiteningTransform.Fit(new EmbeddingMatrix(5, 3)));
        Refused("span 7 only", () => WhiteningTransform.Fit(Rows.Correlated(8, 20, 1), new() { Kind = WhiteningKind.Pca, Dimensions = 8 }));
        Refused("Zca keeps all dimensions", () => WhiteningTransform.Fit(Rows.Correlated(8, 3, 1), new() { Dimensions = 2 }));
        Refused("leave Alpha out", () => WhiteningTransform.Fit(Rows.Correlated(8, 3, 1), new() { Kind = WhiteningKind.Cholesky, Alpha = 0.5 }));
        Refused("Alpha goes from 0", () => WhiteningTransform.Fit(Rows.Correlated(8, 3, 1), new() { Alpha = double.NaN }));
        Refused("There are no rows", () => WhiteningTransform.Fit([], cancellationToken: TestContext.Current.CancellationToken));

        static void Refused(string because, Action act) => Assert.Contains(because, Assert.ThrowsAny<ArgumentException>(act).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_too_near_to_each_other_for_single_precision_are_refused()
    {
        EmbeddingMatrix rows = Rows.Correlated(200, 5, 1);
        System.Numerics.Tensors.TensorPrimitives.Multiply(rows.Values, 1e-40f, rows.Values);
        foreach (WhiteningKind kind in Enum.GetValues<WhiteningKind>())
        {
            Assert.Contains("exceeds single precision", Assert.Throws<ArgumentException>(() => WhiteningTransform.Fit(rows, new() { Kind = kind, Alpha = 1 })).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Threads_blocks_and_single_rows_give_the_same_vectors()
    {
        EmbeddingMatrix rows = Rows.Correlated(2000, 96, 11);
        WhiteningTransform whitening = WhiteningTransform.Fit([Rows.Slice(rows, 0, 700), Rows.Slice(rows, 700, 1300)], cancellationToken: TestContext.Current.CancellationToken);
        float[] all = whitening.Apply(rows).Values.ToArray();
        float[] threaded = whitening.Apply(rows, threads: 4).Values.ToArray();
        Assert.Equal(all, threaded);
        float[] alone = new float[96];
        for (int i = 0; i < rows.Rows; i += 97)
        {
            whitening.Apply(rows.Row(i), alone);
            Assert.Equal(all.AsSpan(i * 96, 96).ToArray(), alone);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(200)]
    public void Rows_may_be_written_over_by_their_results(int count)
    {
        // More dimensions than the product takes at a time.
        EmbeddingMatrix rows = Rows.Correlated(400, 300, 9);
        WhiteningTransform fitted = WhiteningTransform.Fit(rows);
        float[] expected = new float[count * 300];
        fitted.Apply(rows.Values[..expected.Length], expected);
        float[] inPlace = rows.Values[..expected.Length].ToArray();

        fitted.Apply(inPlace, inPlace);

        Assert.Equal(expected, inPlace);
    }

    [Fact]
    public void The_closed_form_gives_the_same_vectors()
    {
        EmbeddingMatrix rows = Rows.Correlated(100, 6, 12);
        WhiteningTransform whitening = WhiteningTransform.Fit(rows, new() { Kind = WhiteningKind.Pca, Dimensions = 3, Normalize = false });
        AffineMap map = whitening.Affine;
        float[] expected = whitening.Apply(rows).Row(5).ToArray();
        for (int j = 0; j < 3; j++)
        {
            double sum = map.Offset[j];
            for (int i = 0; i < 6; i++)
            {
                sum += rows.Row(5)[i] * map.Matrix[(i * 3) + j];
            }

            Assert.Equal(expected[j], sum, 1e-4);
        }
    }

    [Fact]
    public void A_row_that_is_not_finite_is_refused_when_applied_too()
    {
        WhiteningTransform whitening = WhiteningTransform.Fit(Rows.Correlated(50, 4, 13));
        EmbeddingMatrix rows = Rows.Correlated(700, 4, 14);
        rows.Row(600)[2] = float.PositiveInfinity;
        Assert.Contains("row 600 holds", Assert.Throws<ArgumentException>(() => whitening.Apply(rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_whitening_comes_back_to_the_bit()
    {
        EmbeddingMatrix rows = Rows.Correlated(50, 4, 15);
        WhiteningTransform whitening = WhiteningTransform.Fit(rows, new() { Kind = WhiteningKind.PcaCor, Dimensions = 3 });
        using MemoryStream file = new();
        whitening.Save(file);
        file.Position = 0;
        WhiteningTransform loaded = Assert.IsType<WhiteningTransform>(VectorTransform.Load(file));
        Assert.Equal("whiten:pca-cor", loaded.Name);
        Assert.Equal(whitening.Eigenvalues, loaded.Eigenvalues);
        Assert.Equal(whitening.Apply(rows).Values.ToArray(), loaded.Apply(rows).Values.ToArray());
    }
}
