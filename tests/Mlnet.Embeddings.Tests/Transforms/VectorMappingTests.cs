using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Tests.Transforms;

public sealed class VectorMappingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_whitened_column_is_what_Core_makes_of_the_rows()
    {
        VectorRow[] rows = VectorRow.Random(500);
        WhiteningOptions options = new() { Kind = WhiteningKind.Pca, Dimensions = 4 };
        IDataView view = VectorRow.View(_ml, rows);
        EmbeddingMatrix matrix = VectorRow.Matrix([.. rows.Select(r => r.First)]);
        EmbeddingMatrix expected = WhiteningTransform.Fit([matrix], options, TestContext.Current.CancellationToken).Apply(matrix);
        float[][] found = VectorRow.Read(_ml.Transforms.WhitenEmbedding("White", "First", options).Fit(view).Transform(view), "White");
        VectorRow.AssertClose([.. Enumerable.Range(0, expected.Rows).Select(i => expected.Row(i).ToArray())], found, 1e-5f);
    }

    [Fact]
    public void Rows_of_several_blocks_are_all_fitted_on()
    {
        // Two full blocks and a part of a third.
        VectorRow[] rows = VectorRow.Random(9000);
        VectorMappingTransformer transformer = _ml.Transforms.CenterEmbedding("First").Fit(VectorRow.View(_ml, rows));
        float[] mean = ((CenteringTransform)transformer.Fitted).Mean.ToArray();
        Assert.All(Enumerable.Range(0, VectorRow.Wide), i => Assert.Equal(rows.Average(r => (double)r.First[i]), mean[i], 1e-5));
    }

    [Fact]
    public void Moments_of_parts_merged_fit_what_the_whole_does()
    {
        VectorRow[] rows = VectorRow.Random(400);
        IDataView view = VectorRow.View(_ml, rows);
        Moments moments = Moments.Of(VectorRow.Matrix([.. rows.Take(150).Select(r => r.First)]));
        moments.Merge(Moments.Of(VectorRow.Matrix([.. rows.Skip(150).Select(r => r.First)])));
        MomentsMappingEstimator[] estimators =
        [
            _ml.Transforms.WhitenEmbedding("Output", "First"), _ml.Transforms.CenterEmbedding("Output", "First"),
            _ml.Transforms.StandardizeEmbedding("Output", "First"), _ml.Transforms.RemoveTopComponents("Output", "First", components: 2),
        ];
        foreach (MomentsMappingEstimator estimator in estimators)
        {
            VectorRow.AssertClose(VectorRow.Read(estimator.Fit(view).Transform(view), "Output"), VectorRow.Read(estimator.FitFrom(moments).Transform(view), "Output"), 1e-4f);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_vector_that_is_not_finite_is_refused_at_the_fit_with_column_and_row(float value)
    {
        VectorRow[] rows = VectorRow.Random(5000);
        rows[4321].First[2] = value;
        IDataView view = VectorRow.View(_ml, rows);
        IEstimator<ITransformer>[] estimators =
        [
            _ml.Transforms.WhitenEmbedding("Output", "First"), _ml.Transforms.StandardizeEmbedding("Output", "First"),
            _ml.Transforms.RelativeRepresentation("Output", "First"), _ml.Transforms.AlignEmbedding("Output", "Second", "First"),
            _ml.Transforms.TransformEmbedding("Output", "First", "center,whiten"),
        ];
        foreach (IEstimator<ITransformer> estimator in estimators)
        {
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => estimator.Fit(view));
            Assert.Contains("column 'First' in row 4321", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_vector_that_is_not_finite_is_refused_when_it_is_mapped()
    {
        VectorRow[] rows = VectorRow.Random(20);
        rows[7].First[0] = float.NaN;
        IDataView view = VectorRow.View(_ml, rows);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => VectorRow.Read(_ml.Transforms.TruncateEmbedding("First", 2).Fit(view).Transform(view), "First"));
        Assert.Contains("column 'First' in row 7", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vector_that_is_not_finite_is_refused_by_a_matrix_once_its_row_is_asked_for()
    {
        // Rows are read ahead of the one that is asked for.
        VectorRow[] rows = VectorRow.Random(300);
        VectorMappingTransformer transformer = _ml.Transforms.WhitenEmbedding("White", "First").Fit(VectorRow.View(_ml, rows));
        rows[207].First[3] = float.NegativeInfinity;
        IDataView mapped = transformer.Transform(VectorRow.View(_ml, rows));
        using DataViewRowCursor cursor = mapped.GetRowCursor([mapped.Schema["White"]]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(mapped.Schema["White"]);
        VBuffer<float> value = default;
        for (int row = 0; row < 207; row++)
        {
            Assert.True(cursor.MoveNext());
            getter(ref value);
            Assert.True(value.GetValues().Length == VectorRow.Wide, $"row {row}");
        }

        Assert.True(cursor.MoveNext());
        Assert.Contains("column 'First' in row 207", Assert.Throws<InvalidOperationException>(() => getter(ref value)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vector_mapped_beyond_single_precision_is_refused_once_its_row_is_asked_for()
    {
        VectorRow[] rows = VectorRow.Random(300);
        VectorMappingTransformer transformer = _ml.Transforms.WhitenEmbedding("White", "First").Fit(VectorRow.View(_ml, rows));
        Array.ForEach(rows[207..], row => Array.Fill(row.First, float.MaxValue));
        Array.ForEach(rows[207..], row => row.First[0] = float.MinValue);
        IDataView mapped = transformer.Transform(VectorRow.View(_ml, rows));
        Assert.Equal(207, VectorRow.Read(_ml.Data.TakeRows(mapped, 207), "White").Length);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => VectorRow.Read(mapped, "White"));
        Assert.Contains("'First' in row 207 is mapped to exceeds single precision", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_of_a_pair_without_a_part_are_refused_when_the_estimator_is_made() =>
        Assert.Contains("The parts None", Assert.Throws<ArgumentException>(() => _ml.Transforms.PairFeatures("Output", "First", "Second", PairFeatureParts.None)).Message, StringComparison.Ordinal);

    [Fact]
    public void Several_cursors_fit_what_one_does()
    {
        VectorRow[] rows = VectorRow.Random(9000);
        IDataView view = VectorRow.View(_ml, rows);
        IDataView cached = _ml.Data.Cache(view, "First");
        VectorRow.Read(cached, "First");
        Assert.True(cached.GetRowCursorSet([cached.Schema["First"]], 2).Length > 1, "The view gives one cursor only.");
        WhiteningOptions one = new() { Threads = 1 }, two = new() { Threads = 2 };
        ReadOnlySpan<float> expected = ((WhiteningTransform)_ml.Transforms.WhitenEmbedding("First", "First", one).Fit(view).Fitted).Matrix;
        ReadOnlySpan<float> found = ((WhiteningTransform)_ml.Transforms.WhitenEmbedding("First", "First", two).Fit(cached).Fitted).Matrix;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], found[i], 1e-6f);
        }
    }

    [Fact]
    public void Several_cursors_name_the_row_that_is_not_finite()
    {
        VectorRow[] rows = VectorRow.Random(9000);
        rows[7654].First[2] = float.NaN;
        IDataView cached = _ml.Data.Cache(VectorRow.View(_ml, rows), "First");
        VectorRow.Read(cached, "First");
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.WhitenEmbedding("First", "First", new WhiteningOptions { Threads = 2 }).Fit(cached));
        Assert.Contains("column 'First' in row 7654", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_of_no_known_size_are_refused()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(5));
        ArgumentException error = Assert.Throws<ArgumentException>(() => _ml.Transforms.WhitenEmbedding("Output", "Varying").Fit(view));
        Assert.Contains("known-sized", error.Message, StringComparison.Ordinal);
        Assert.Contains(view.Schema["Varying"].Type.ToString()!, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_of_another_size_than_fitted_are_refused_with_both()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(50));
        VectorMappingTransformer transformer = _ml.Transforms.WhitenEmbedding("First").Fit(view);
        IDataView narrow = _ml.Transforms.CopyColumns("First", "Third").Fit(view).Transform(view);
        ArgumentException error = Assert.Throws<ArgumentException>(() => transformer.Transform(narrow));
        Assert.Contains("6 values in 'First'", error.Message, StringComparison.Ordinal);
        Assert.Contains("have 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_only_together_have_the_fitted_size_are_refused()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(5));
        VectorMappingTransformer transformer = _ml.Transforms.CombineEmbeddings("Output", ["First", "Third"]).Fit(view);
        IDataView swapped = _ml.Transforms.CopyColumns("Held", "First").Append(_ml.Transforms.CopyColumns("First", "Third")).Append(_ml.Transforms.CopyColumns("Third", "Held")).Fit(view).Transform(view);
        Assert.Throws<ArgumentException>(() => transformer.Transform(swapped));
    }

    [Fact]
    public void Data_without_rows_cannot_be_fitted_on()
    {
        IDataView view = VectorRow.View(_ml, []);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => _ml.Transforms.WhitenEmbedding("First").Fit(view));
        Assert.Contains("WhitenEmbedding: the data has no rows", error.Message, StringComparison.Ordinal);
        Assert.NotNull(_ml.Transforms.TruncateEmbedding("First", 2).Fit(view));
    }

    [Fact]
    public void A_written_chain_is_its_steps_one_after_the_other()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(300));
        var steps = _ml.Transforms.CenterEmbedding("Output", "First")
            .Append(_ml.Transforms.WhitenEmbedding("Output", null, new WhiteningOptions { Alpha = 1, Normalize = false }))
            .Append(_ml.Transforms.TruncateEmbedding("Output", 4));
        float[][] expected = VectorRow.Read(steps.Fit(view).Transform(view), "Output");
        float[][] found = VectorRow.Read(_ml.Transforms.TransformEmbedding("Output", "First", "center,whiten:zca,truncate:4").Fit(view).Transform(view), "Output");
        VectorRow.AssertClose(expected, found, 1e-4f);
    }

    [Fact]
    public void A_transform_fitted_without_ML_NET_serves_in_a_pipeline()
    {
        VectorRow[] rows = VectorRow.Random(100);
        EmbeddingMatrix matrix = VectorRow.Matrix([.. rows.Select(r => r.First)]);
        CenteringTransform centering = CenteringTransform.Fit(matrix);
        IDataView view = VectorRow.View(_ml, rows);
        float[][] found = VectorRow.Read(_ml.Transforms.TransformEmbedding("Output", "First", centering).Fit(view).Transform(view), "Output");
        EmbeddingMatrix expected = centering.Apply(matrix);
        VectorRow.AssertClose([.. Enumerable.Range(0, expected.Rows).Select(i => expected.Row(i).ToArray())], found, 0);
        ArgumentException error = Assert.Throws<ArgumentException>(() => _ml.Transforms.TransformEmbedding("Output", "Third", centering).Fit(view));
        Assert.Contains("takes 6 values; the column 'Third' has 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sparse_vectors_are_mapped_as_dense_ones_are()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(new[] { "a", "b", "c", "b" }.Select(word => new Word { Text = word }));
        IDataView sparse = _ml.Transforms.Categorical.OneHotEncoding("First", "Text").Fit(view).Transform(view);
        float[][] dense = VectorRow.Read(sparse, "First");
        float[][] found = VectorRow.Read(_ml.Transforms.CenterEmbedding("Output", "First").Fit(sparse).Transform(sparse), "Output");
        VectorRow.AssertClose([.. dense.Select(v => new[] { v[0] - 0.25f, v[1] - 0.5f, v[2] - 0.25f })], found, 1e-6f);
    }

    private sealed class Word
    {
        public string Text { get; set; } = "";
    }
}
