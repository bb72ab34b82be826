using System.Numerics.Tensors;
using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Transforms;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Transforms;

public class FNormTests
{
    [Fact]
    public void Fitted_values_become_normal_quantiles_of_their_mid_ranks_at_length_1()
    {
        EmbeddingMatrix rows = Tied(500, 6, 1);
        EmbeddingMatrix result = FNormTransform.Fit(rows).Apply(rows);
        for (int i = 0; i < rows.Rows; i += 7)
        {
            double[] expected = [.. Enumerable.Range(0, 6).Select(d => Textbook(rows, d, rows.Row(i)[d]))];
            double length = Math.Sqrt(expected.Sum(v => v * v));
            for (int d = 0; d < 6; d++)
            {
                Assert.Equal(expected[d] / length, result.Row(i)[d], 1e-6);
            }
        }
    }

    [Fact]
    public void Values_between_fitted_ones_are_linear_in_p_and_those_outside_stay_at_the_ends()
    {
        FNormTransform fitted = FNormTransform.Fit(new EmbeddingMatrix([1, 0, 2, 1, 4, 2, 8, 3], 4, 2));

        // p of 1, 2, 4, 8 is 1/8, 3/8, 5/8, 7/8; 3 lies halfway between 2 and 4, so p is 1/2. The second dimension says how long the first is.
        AssertRatio(0, fitted, 3, 0);
        AssertRatio(NormalDistribution.Quantile(0.125 + (0.25 * 0.25)), fitted, 1.25f, 0);
        AssertRatio(NormalDistribution.Quantile(0.125), fitted, -100, 0);
        AssertRatio(NormalDistribution.Quantile(0.875), fitted, 100, 0);

        static void AssertRatio(double expected, FNormTransform fitted, float value, float other)
        {
            float[] result = new float[2];
            fitted.Apply([value, other], result);
            Assert.Equal(expected / NormalDistribution.Quantile(0.125), result[0] / result[1], 1e-6);
        }
    }

    [Fact]
    public void With_fewer_knots_than_rows_ranks_are_off_by_less_than_a_knots_distance()
    {
        EmbeddingMatrix rows = Rows.Correlated(5000, 3, 2);
        FNormTransform fitted = FNormTransform.Fit(rows, new() { Knots = 64 });
        EmbeddingMatrix result = fitted.Apply(rows);
        EmbeddingMatrix exact = FNormTransform.Fit(rows, new() { Knots = 5000 }).Apply(rows);
        double worst = 0;
        for (int i = 0; i < rows.Rows; i++)
        {
            worst = Math.Max(worst, 1 - TensorPrimitives.CosineSimilarity<float>(result.Row(i), exact.Row(i)));
        }

        Assert.InRange(worst, 1e-9, 0.02);
    }

    [Fact]
    public void Constant_columns_give_0_and_a_row_of_them_stays_zero()
    {
        EmbeddingMatrix rows = Rows.Correlated(50, 3, 3);
        for (int i = 0; i < 50; i++)
        {
            rows.Row(i)[1] = -2.5f;
        }

        FNormTransform fitted = FNormTransform.Fit(rows);
        float[] result = new float[3];
        fitted.Apply([0, 100, 0], result);
        Assert.Equal(0, result[1]);
        Assert.Equal(1, TensorPrimitives.Norm<float>(result), 1e-6f);

        foreach (EmbeddingMatrix equal in new[] { new EmbeddingMatrix(1, 4), new EmbeddingMatrix([1, 2, 1, 2, 1, 2], 3, 2) })
        {
            Assert.All(FNormTransform.Fit(equal).Apply(equal).Values.ToArray(), v => Assert.Equal(0, v));
        }
    }

    [Fact]
    public void Each_dimension_ends_up_with_the_same_symmetric_distribution()
    {
        EmbeddingMatrix rows = Rows.Correlated(2000, 8, 4);
        foreach (ref float value in rows.Values)
        {
            value = MathF.Exp(value);
        }

        EmbeddingMatrix result = FNormTransform.Fit(rows).Apply(rows);
        Assert.All(Rows.Mean(result), m => Assert.Equal(0, m, 0.01));
    }

    [Fact]
    public void A_saved_transform_gives_the_same_bits_and_a_damaged_one_is_refused()
    {
        EmbeddingMatrix rows = Tied(1500, 5, 6);
        FNormTransform fitted = FNormTransform.Fit(rows);
        using MemoryStream stream = new();
        fitted.Save(stream);
        stream.Position = 0;
        Assert.Equal(fitted.Apply(rows).Values.ToArray(), VectorTransform.Load(stream).Apply(rows).Values.ToArray());
        byte[] damaged = stream.ToArray();
        damaged[^3] ^= 1;
        Assert.Throws<InvalidDataException>(() => VectorTransform.Load(new MemoryStream(damaged)));
    }

    [Fact]
    public void A_sample_of_many_rows_is_drawn_with_the_seed()
    {
        EmbeddingMatrix rows = Rows.Correlated(3000, 4, 7);
        float[] Result(int sample, int seed) => FNormTransform.Fit(rows, new() { Sample = sample, Seed = seed }).Apply(rows).Values.ToArray();
        Assert.Equal(Result(200, 1), Result(200, 1));
        Assert.NotEqual(Result(200, 1), Result(200, 2));
        Assert.Equal(Result(3000, 1), Result(5000, 2));
    }

    [Fact]
    public void The_chain_reads_it_with_its_arguments()
    {
        EmbeddingMatrix rows = Rows.Correlated(300, 4, 8);
        TransformChain chain = TransformRecipe.Parse("center,fnorm(knots=100)").Fit(rows);
        Assert.Equal("center,fnorm", chain.Name);
        Assert.True(chain.IsNormalized);
        Assert.Null(chain.Affine);
        EmbeddingMatrix expected = FNormTransform.Fit(CenteringTransform.Fit(rows).Apply(rows), new() { Knots = 100 }).Apply(CenteringTransform.Fit(rows).Apply(rows));
        Assert.Equal(expected.Values.ToArray(), chain.Apply(rows).Values.ToArray());
        Assert.Throws<TransformSyntaxException>(() => TransformRecipe.Parse("fnorm(knots=1)"));
    }

    [Fact]
    public void Names_of_dimensions_are_kept()
    {
        EmbeddingMatrix rows = Rows.Correlated(100, 4, 9);
        TransformChain chain = new([AnchorSimilarity.Of(Rows.Slice(rows, 0, 2), ["one", "two"]), FNormTransform.Fit(AnchorSimilarity.Of(Rows.Slice(rows, 0, 2)).Apply(rows))]);
        Assert.Equal(["one", "two"], chain.SlotNames!);
    }

    // Φ⁻¹ of (mid-rank − ½)/n, counted value by value.
    private static double Textbook(EmbeddingMatrix rows, int dimension, float value)
    {
        int below = 0, equal = 0;
        for (int i = 0; i < rows.Rows; i++)
        {
            below += rows.Row(i)[dimension] < value ? 1 : 0;
            equal += rows.Row(i)[dimension] == value ? 1 : 0;
        }

        return NormalDistribution.Quantile((below + ((equal + 1) / 2.0) - 0.5) / rows.Rows);
    }

    // Some columns take few values, so that there are ties.
    private static EmbeddingMatrix Tied(int count, int dimensions, int seed)
    {
        EmbeddingMatrix rows = Rows.Correlated(count, dimensions, seed);
        for (int i = 0; i < count; i++)
        {
            rows.Row(i)[1] = MathF.Round(rows.Row(i)[1]);
            rows.Row(i)[2] = MathF.Max(0, rows.Row(i)[2]);
        }

        return rows;
    }
}
