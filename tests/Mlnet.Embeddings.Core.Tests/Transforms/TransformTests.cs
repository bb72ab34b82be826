using System.Numerics.Tensors;
using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Transforms;

public class TransformTests
{
    private static readonly EmbeddingMatrix Data = Rows.Correlated(400, 10, 1);

    [Fact]
    public void Centring_leaves_a_mean_of_zero_whether_fitted_on_rows_or_moments()
    {
        CenteringTransform fitted = CenteringTransform.Fit(Data);
        Assert.All(Rows.Mean(fitted.Apply(Data)), m => Assert.Equal(0, m, 1e-6));
        Assert.Equal(fitted.Mean.ToArray(), CenteringTransform.FitFrom(Moments.Of(Data)).Mean.ToArray(), (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Standardizing_gives_each_dimension_mean_0_and_deviation_1_and_constants_0()
    {
        EmbeddingMatrix rows = Rows.Correlated(300, 6, 2);
        for (int i = 0; i < rows.Rows; i++)
        {
            rows.Row(i)[4] = 7.3f;
        }

        foreach (StandardizationTransform fitted in new[] { StandardizationTransform.Fit(rows), StandardizationTransform.FitFrom(Moments.Of(rows)) })
        {
            EmbeddingMatrix result = fitted.Apply(rows);
            double[] products = Rows.CoMoments(result);
            for (int j = 0; j < 6; j++)
            {
                Assert.Equal(j == 4 ? 0 : 1, products[j * 7] / 300, 1e-4);
                Assert.Equal(0, Rows.Mean(result)[j], 1e-5);
            }
        }
    }

    [Fact]
    public void Standardizing_each_vector_uses_its_own_values_only()
    {
        VectorStandardizationTransform transform = new(4);
        float[] result = new float[12];
        transform.Apply([1, 2, 3, 6, 5, 5, 5, 5, 1e30f, -1e30f, 1e30f, -1e30f], result);

        // Mean 3, deviation √3.5; equal values; values whose squares overflow.
        double s = Math.Sqrt(3.5);
        float[] expected = [(float)(-2 / s), (float)(-1 / s), 0, (float)(3 / s), 0, 0, 0, 0, 1, -1, 1, -1];
        Assert.Equal(expected, result, (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void All_but_the_top_removes_the_mean_and_the_leading_components()
    {
        WhiteningTransform axes = WhiteningTransform.Fit(Data, new() { Kind = WhiteningKind.Pca, Alpha = 0, Normalize = false });
        DirectionRemovalTransform removal = DirectionRemovalTransform.FitTop([Data], 3, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(3, removal.Directions);
        Assert.Equal("remove-top:3", removal.Name);

        // On the principal axes the rest keeps its coordinates, the first three are 0.
        EmbeddingMatrix left = removal.Apply(Data);
        EmbeddingMatrix before = axes.Apply(Data);
        for (int i = 0; i < left.Rows; i += 13)
        {
            for (int axis = 0; axis < 10; axis++)
            {
                double coordinate = Enumerable.Range(0, 10).Sum(j => left.Row(i)[j] * (double)axes.Matrix[(j * 10) + axis]);
                Assert.Equal(axis < 3 ? 0 : before.Row(i)[axis], coordinate, 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(149, 1)]
    [InlineData(384, 4)]
    public void By_default_a_hundredth_of_the_dimensions_is_removed(int dimensions, int expected) =>
        Assert.Equal(expected, DirectionRemovalTransform.FitTopFrom(Moments.Of(Rows.Correlated(30, dimensions, 3))).Directions);

    [Fact]
    public void Given_directions_are_removed_with_all_they_span()
    {
        EmbeddingMatrix directions = Rows.Correlated(3, 10, 4);
        directions.Row(2).Clear();
        for (int j = 0; j < 10; j++)
        {
            directions.Row(2)[j] = directions.Row(0)[j] - (2 * directions.Row(1)[j]);
        }

        DirectionRemovalTransform removal = DirectionRemovalTransform.Of(directions);
        Assert.Equal(2, removal.Directions);
        EmbeddingMatrix left = removal.Apply(Data);
        for (int i = 0; i < left.Rows; i += 17)
        {
            for (int k = 0; k < 3; k++)
            {
                Assert.Equal(0, TensorPrimitives.Dot<float>(left.Row(i), directions.Row(k)), 1e-4);
            }
        }

        // What is left needs no second removal.
        Assert.Equal(left.Values.ToArray(), removal.Apply(left).Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.Throws<ArgumentException>(() => DirectionRemovalTransform.Of(new EmbeddingMatrix(2, 10)));
    }

    [Fact]
    public void Truncation_keeps_the_leading_dimensions_at_length_1()
    {
        float[] result = new float[4];
        new TruncationTransform(4, 2).Apply([3, 4, 5, 6, 0, 0, 1, 1], result);
        Assert.Equal([0.6f, 0.8f, 0, 0], result, (a, b) => Math.Abs(a - b) < 1e-6f);
        new TruncationTransform(4, 2, normalize: false).Apply([3, 4, 5, 6, 0, 0, 1, 1], result);
        Assert.Equal([3, 4, 0, 0], result);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TruncationTransform(4, 5));
    }

    [Fact]
    public void Vectors_too_long_or_short_to_square_still_get_length_1()
    {
        float[] result = new float[8];
        new UnitLengthTransform(2).Apply([3e-30f, 4e-30f, 3e30f, 4e30f, 0, 0, -2, 0], result);
        Assert.Equal([0.6f, 0.8f, 0.6f, 0.8f, 0, 0, -1, 0], result, (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    public static TheoryData<string> Kinds => [.. Samples().Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_transform_comes_back_from_its_file_to_the_bit(string kind)
    {
        VectorTransform transform = Samples()[kind];
        using MemoryStream file = new();
        transform.Save(file);
        file.Position = 0;
        VectorTransform loaded = VectorTransform.Load(file);

        Assert.Equal(transform.GetType(), loaded.GetType());
        Assert.Equal(transform.Name, loaded.Name);
        Assert.Equal(transform.IsNormalized, loaded.IsNormalized);
        Assert.Equal(transform.SlotNames, loaded.SlotNames);
        EmbeddingMatrix rows = Rows.Correlated(40, transform.InputDimensions, 5);
        Assert.Equal(transform.Apply(rows).Values.ToArray(), loaded.Apply(rows).Values.ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_threads_and_company_do_not_change_a_vector(string kind)
    {
        VectorTransform transform = Samples()[kind];
        EmbeddingMatrix rows = Rows.Correlated(14000, transform.InputDimensions, 6);
        float[] all = transform.Apply(rows).Values.ToArray();
        Assert.Equal(all, transform.Apply(rows, threads: 3).Values.ToArray());
        float[] alone = new float[transform.OutputDimensions];
        for (int i = 0; i < rows.Rows; i += 977)
        {
            transform.Apply(rows.Row(i), alone);
            Assert.Equal(all.AsSpan(i * alone.Length, alone.Length).ToArray(), alone, (a, b) => Math.Abs(a - b) < 1e-5f * Math.Max(1, Math.Abs(a)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_closed_form_where_there_is_one_says_the_same(string kind)
    {
        VectorTransform transform = Samples()[kind];
        if (transform.Affine is not AffineMap map)
        {
            Assert.DoesNotContain(kind, (string[])["centering", "whitening", "standardization", "alignment", "truncation", "top", "directions", "unit"]);
            return;
        }

        EmbeddingMatrix rows = Rows.Correlated(20, transform.InputDimensions, 7);
        EmbeddingMatrix expected = transform.Apply(rows);
        for (int i = 0; i < rows.Rows; i++)
        {
            double[] result = map.Offset.ToArray();
            for (int j = 0; j < rows.Dimensions; j++)
            {
                for (int k = 0; k < result.Length; k++)
                {
                    result[k] += rows.Row(i)[j] * map.Matrix[(j * result.Length) + k];
                }
            }

            double length = map.Normalizes ? Math.Sqrt(result.Sum(v => v * v)) : 1;
            Assert.All(result.Zip(expected.Row(i).ToArray()), p => Assert.Equal(p.First / length, p.Second, 1e-4));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_row_that_single_precision_cannot_hold_once_mapped_is_refused(int threads)
    {
        EmbeddingMatrix small = Rows.Correlated(60, 40, 3);
        TensorPrimitives.Multiply(small.Values, 1e-30f, small.Values);
        StandardizationTransform transform = StandardizationTransform.Fit([small], TestContext.Current.CancellationToken);
        EmbeddingMatrix rows = Rows.Correlated(5000, 40, 4);
        TensorPrimitives.Multiply(rows.Values, 1e-30f, rows.Values);
        transform.Apply(rows, threads);
        rows.Row(4321)[7] = 1e30f;
        rows.Row(4999)[7] = 1e30f;
        Assert.Contains("row 4321 exceeds single precision", Assert.Throws<ArgumentException>(() => transform.Apply(rows, threads)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Rows_that_are_not_finite_or_of_another_width_are_refused(string kind)
    {
        VectorTransform transform = Samples()[kind];
        EmbeddingMatrix rows = Rows.Correlated(3, transform.InputDimensions, 8);
        Assert.ThrowsAny<ArgumentException>(() => transform.Apply(Rows.Correlated(3, transform.InputDimensions + 1, 8)));
        Assert.ThrowsAny<ArgumentException>(() => transform.Apply(rows.Values, new float[1]));
        rows.Row(1)[0] = float.NaN;
        Assert.Contains("row 1 holds NaN", Assert.ThrowsAny<ArgumentException>(() => transform.Apply(rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_of_a_transform_is_refused_or_still_sound()
    {
        Random random = new(9);
        foreach (VectorTransform transform in Samples().Values)
        {
            using MemoryStream file = new();
            transform.Save(file);
            byte[] whole = file.ToArray();
            for (int i = 0; i < 40; i++)
            {
                byte[] damaged = [.. whole];
                damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
                Assert.Throws<InvalidDataException>(() => VectorTransform.Load(new MemoryStream(i % 4 == 0 ? whole[..random.Next(whole.Length)] : damaged)));
            }
        }
    }

    [Fact]
    public void A_later_version_and_another_format_are_refused_by_name()
    {
        using MemoryStream file = new();
        Moments.Of(Data).Save(file);
        file.Position = 0;
        Assert.Contains("'mlnet-embeddings/moments', not 'mlnet-embeddings/transform'", Assert.Throws<InvalidDataException>(() => VectorTransform.Load(file)).Message, StringComparison.Ordinal);

        Mlnet.Embeddings.Persistence.TensorArchiveWriter later = new(TransformFormat.Name, TransformFormat.Version + 1);
        using MemoryStream future = new();
        later.Save(future);
        future.Position = 0;
        Assert.Contains($"version {TransformFormat.Version + 1}", Assert.Throws<InvalidDataException>(() => VectorTransform.Load(future)).Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, VectorTransform> Samples()
    {
        WhiteningTransform whitening = WhiteningTransform.Fit(Data, new() { Kind = WhiteningKind.Pca, Dimensions = 6 });
        AlignmentTransform alignment = AlignmentTransform.Fit(Data, Rows.Correlated(400, 10, 10));
        return new()
        {
            ["alignment"] = alignment,
            ["anchors"] = AnchorSimilarity.Of(Rows.Correlated(3, 10, 11), ["a", "b \"quoted\"", "ç"]),
            ["average"] = EmbeddingCombination.Average([10, 10], [alignment, null], [1, 2]),
            ["binary"] = BinaryQuantization.Fit([Data], BinaryThreshold.Mean),
            ["centering"] = CenteringTransform.Fit(Data),
            ["chain"] = new TransformChain([CenteringTransform.Fit(Data), new TruncationTransform(10, 7), new UnitLengthTransform(7)]),
            ["concatenation"] = EmbeddingCombination.Concatenate([4, 3, 3], [1, 2, 3]),
            ["directions"] = DirectionRemovalTransform.Of(Rows.Correlated(2, 10, 12)),
            ["int8"] = Int8Quantization.Fit([Data]),
            ["pairs"] = new PairFeatures(5, PairFeatureParts.Difference | PairFeatureParts.Cosine),
            ["standardization"] = StandardizationTransform.Fit(Data),
            ["top"] = DirectionRemovalTransform.FitTop([Data], 2),
            ["truncation"] = new TruncationTransform(10, 4),
            ["unit"] = new UnitLengthTransform(10),
            ["vector"] = new VectorStandardizationTransform(10),
            ["whitening"] = whitening,
        };
    }
}
