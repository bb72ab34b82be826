using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Tests.Transforms;

/// <summary>What the columns of the single components hold and say of themselves.</summary>
public sealed class VectorColumnsTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Unit_vectors_are_annotated_so_and_others_are_not()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(50));
        Assert.True(Output(_ml.Transforms.WhitenEmbedding("Output", "First"), view).IsNormalized());
        Assert.True(Output(_ml.Transforms.TransformEmbedding("Output", "First", "center,l2"), view).IsNormalized());
        Assert.False(Output(_ml.Transforms.CenterEmbedding("Output", "First"), view).IsNormalized());
        Assert.False(Output(_ml.Transforms.TransformEmbedding("Output", "First", "l2,center"), view).IsNormalized());
        Assert.False(Output(_ml.Transforms.TruncateEmbedding("Output", 2, "First", normalize: false), view).IsNormalized());
    }

    [Theory]
    [InlineData("l2")]
    [InlineData("whiten")]
    [InlineData("whiten:pca(l2=true)")]
    [InlineData("truncate:2")]
    [InlineData("truncate:2(l2=false)")]
    [InlineData("quantize:int8")]
    [InlineData("quantize:binary")]
    [InlineData("standardize:vector")]
    [InlineData("l2,remove-top:1")]
    public void A_written_chain_promises_what_it_gives(string chain)
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(50));
        VectorMappingEstimator estimator = _ml.Transforms.TransformEmbedding("Output", "First", chain);
        VectorMappingTransformer transformer = estimator.Fit(view);
        bool promised = estimator.GetOutputSchema(Contract.Shapes.Of(view.Schema)).Single(c => c.Name == "Output").Annotations.Any(a => a.Name == "IsNormalized");
        Assert.Equal(transformer.Fitted.IsNormalized, promised);
        Assert.Equal(transformer.Fitted.IsNormalized, transformer.GetOutputSchema(view.Schema)["Output"].IsNormalized());
    }

    [Fact]
    public void Concepts_name_the_slots_and_stand_for_the_texts()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(new[] { "the football match", "a violin concert" }.Select(text => new Text { Words = text }));
        var pipeline = _ml.Transforms.Text.EmbedText("Output", "Words").Append(_ml.Transforms.Conceptualize("Output", null, EmbeddingModel.Default, ["sport", "music"]));
        IDataView mapped = pipeline.Fit(view).Transform(view);
        VBuffer<ReadOnlyMemory<char>> names = default;
        mapped.Schema["Output"].GetSlotNames(ref names);
        Assert.Equal(["sport", "music"], names.DenseValues().Select(n => n.ToString()));
        float[][] found = VectorRow.Read(mapped, "Output");
        Assert.True(found[0][0] > found[0][1] && found[1][1] > found[1][0], "The texts are not nearest to their concepts.");
    }

    [Fact]
    public void Pair_features_are_named_and_computed_by_the_formula()
    {
        VectorRow[] rows = VectorRow.Random(3);
        IDataView view = VectorRow.View(_ml, rows);
        IDataView mapped = _ml.Transforms.PairFeatures("Output", "First", "Second", PairFeatureParts.Difference | PairFeatureParts.Cosine).Fit(view).Transform(view);
        VBuffer<ReadOnlyMemory<char>> names = default;
        mapped.Schema["Output"].GetSlotNames(ref names);
        Assert.Equal(["difference0", "difference1", "difference2", "difference3", "difference4", "difference5", "cosine"], names.DenseValues().Select(n => n.ToString()));
        float[][] expected = [.. rows.Select(r => (float[])[.. r.First.Zip(r.Second, (u, v) => Math.Abs(u - v)), Cosine(r.First, r.Second)])];
        VectorRow.AssertClose(expected, VectorRow.Read(mapped, "Output"), 1e-5f);
    }

    [Theory]
    [InlineData("center", true)]
    [InlineData("standardize,truncate:4,l2", true)]
    [InlineData("standardize:vector,quantize:int8", true)]
    [InlineData("fnorm", true)]
    [InlineData("center,whiten:pca", false)]
    [InlineData("remove-top", false)]
    public void Names_of_slots_stay_where_slots_stay_what_they_are(string chain, bool stay)
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(50));
        IDataView named = _ml.Transforms.PairFeatures("Named", "First", "Second", PairFeatureParts.Product).Fit(view).Transform(view);
        AssertNamed(_ml.Transforms.TransformEmbedding("Output", "Named", chain), named, stay);
        AssertNamed(_ml.Transforms.TransformEmbedding("Output", "First", chain), named, names: false);
    }

    [Fact]
    public void Names_of_slots_pass_through_each_component_that_keeps_them()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(50));
        IDataView named = _ml.Transforms.PairFeatures("Output", "First", "Second", PairFeatureParts.Product).Fit(view).Transform(view);
        IEstimator<VectorMappingTransformer>[] keeping =
        [
            _ml.Transforms.CenterEmbedding("Output"), _ml.Transforms.StandardizeEmbedding("Output"), _ml.Transforms.StandardizeEachEmbedding("Output"),
            _ml.Transforms.TruncateEmbedding("Output", 3), _ml.Transforms.QuantizeEmbedding("Output"), _ml.Transforms.TransformEmbedding("Output", null, new UnitLengthTransform(6)),
        ];
        Assert.All(keeping, estimator => AssertNamed(estimator, named, names: true));
        AssertNamed(_ml.Transforms.WhitenEmbedding("Output"), named, names: false);
        AssertNamed(_ml.Transforms.CombineEmbeddings("Output", ["Output", "First"]), named, names: false);
    }

    [Fact]
    public void Settings_out_of_range_are_refused_when_the_estimator_is_made_by_name()
    {
        (string Name, Action Make)[] wrong =
        [
            ("Alpha", () => _ml.Transforms.WhitenEmbedding("Output", "First", new WhiteningOptions { Alpha = 2 })),
            ("Epsilon", () => _ml.Transforms.WhitenEmbedding("Output", "First", new WhiteningOptions { Epsilon = double.NaN })),
            ("Dimensions", () => _ml.Transforms.WhitenEmbedding("Output", "First", WhiteningKind.Zca, dimensions: 3)),
            ("Threads", () => _ml.Transforms.WhitenEmbedding("Output", "First", new WhiteningOptions { Threads = 0 })),
            ("components", () => _ml.Transforms.RemoveTopComponents("Output", "First", components: -1)),
            ("Anchors", () => _ml.Transforms.RelativeRepresentation("Output", "First", new AnchorOptions { Anchors = 0 })),
            ("Choice", () => _ml.Transforms.RelativeRepresentation("Output", "First", new AnchorOptions { Choice = (AnchorChoice)9 })),
            ("Penalty", () => _ml.Transforms.AlignEmbedding("Output", "First", "Second", new AlignmentOptions { Penalty = 0 })),
            ("HeldOut", () => _ml.Transforms.AlignEmbedding("Output", "First", "Second", new AlignmentOptions { HeldOut = 1 })),
        ];
        Assert.All(wrong, w => Assert.Contains($"'{w.Name}'", Assert.ThrowsAny<ArgumentException>(w.Make).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_pair_of_different_sizes_is_refused()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(3));
        ArgumentException error = Assert.Throws<ArgumentException>(() => _ml.Transforms.PairFeatures("Output", "First", "Third").Fit(view));
        Assert.Contains("'First' has 6 values and 'Third' has 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_aligned_column_lies_on_the_target_and_needs_it_no_more()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(200));
        VectorMappingTransformer transformer = _ml.Transforms.AlignEmbedding("Output", "First", "Second", new AlignmentOptions { Normalize = false }).Fit(view);
        IDataView withoutTarget = _ml.Transforms.DropColumns("Second").Fit(view).Transform(view);
        VectorRow.AssertClose(VectorRow.Read(view, "Second"), VectorRow.Read(transformer.Transform(withoutTarget), "Output"), 1e-3f);
        Assert.Equal(1, ((AlignmentTransform)transformer.Fitted).HeldOutCosine, 1e-4);
    }

    [Fact]
    public void Combined_columns_have_the_weighted_mean_of_cosines()
    {
        VectorRow[] rows = VectorRow.Random(2);
        IDataView view = VectorRow.View(_ml, rows);
        float[][] found = VectorRow.Read(_ml.Transforms.CombineEmbeddings("Output", ["First", "Third"], [2, 1]).Fit(view).Transform(view), "Output");
        float expected = ((4 * Cosine(rows[0].First, rows[1].First)) + Cosine(rows[0].Third, rows[1].Third)) / 5;
        Assert.Equal(expected, Cosine(found[0], found[1]), 1e-5f);
    }

    [Fact]
    public void Averaged_columns_lie_between_the_models_in_the_common_space()
    {
        VectorRow[] rows = VectorRow.Random(100);
        IDataView view = VectorRow.View(_ml, rows);
        AlignmentTransform toSecond = (AlignmentTransform)_ml.Transforms.AlignEmbedding("Output", "First", "Second", new AlignmentOptions { Normalize = false }).Fit(view).Fitted;
        float[][] found = VectorRow.Read(_ml.Transforms.CombineEmbeddings("Output", ["First", "Second"], [toSecond, null]).Fit(view).Transform(view), "Output");
        Assert.All(rows.Zip(found), pair => Assert.Equal(1, Cosine(pair.First.Second, pair.Second), 1e-4f));
    }

    [Fact]
    public void Directions_between_texts_are_gone()
    {
        EmbeddingModel model = EmbeddingModel.Default;
        IDataView view = _ml.Data.LoadFromEnumerable(new[] { "the doctor said", "her mother" }.Select(text => new Text { Words = text }));
        var pipeline = _ml.Transforms.Text.EmbedText("Output", "Words").Append(_ml.Transforms.RemoveDirections("Output", null, model, [("he", "she"), ("man", "woman")]));
        float[] direction = [.. model.Encode("she").Zip(model.Encode("he"), (she, he) => she - he)];
        float[][] before = VectorRow.Read(_ml.Transforms.Text.EmbedText("Output", "Words").Fit(view).Transform(view), "Output");
        float[][] after = VectorRow.Read(pipeline.Fit(view).Transform(view), "Output");
        Assert.Contains(before, v => Math.Abs(Cosine(v, direction)) > 0.01f);
        Assert.All(after, v => Assert.Equal(0, Cosine(v, direction), 1e-5f));
    }

    [Fact]
    public void Relative_representations_have_as_many_slots_as_anchors()
    {
        IDataView view = VectorRow.View(_ml, VectorRow.Random(100));
        float[][] found = VectorRow.Read(_ml.Transforms.RelativeRepresentation("Output", "First", new AnchorOptions { Anchors = 5, Choice = AnchorChoice.Random }).Fit(view).Transform(view), "Output");
        Assert.All(found, v => Assert.Equal(5, v.Length));
        Assert.True(found.Count(v => v.Max() > 1 - 1e-5f) >= 5, "The anchors, being rows, do not have cosine 1 with themselves.");
    }

    private static DataViewSchema.Column Output(IEstimator<ITransformer> estimator, IDataView view) => estimator.Fit(view).GetOutputSchema(view.Schema)["Output"];

    // What is promised before there is data, and what is there.
    private static void AssertNamed(IEstimator<VectorMappingTransformer> estimator, IDataView view, bool names)
    {
        DataViewSchema.Column output = estimator.Fit(view).GetOutputSchema(view.Schema)["Output"];
        Assert.Equal(names, estimator.GetOutputSchema(Contract.Shapes.Of(view.Schema)).Single(c => c.Name == "Output").Annotations.Any(a => a.Name == "SlotNames"));
        Assert.Equal(names, output.HasSlotNames());
        if (names)
        {
            VBuffer<ReadOnlyMemory<char>> slots = default;
            output.GetSlotNames(ref slots);
            Assert.Equal(Enumerable.Range(0, ((VectorDataViewType)output.Type).Size).Select(i => $"product{i}"), slots.DenseValues().Select(n => n.ToString()));
        }
    }

    private static float Cosine(float[] first, float[] second)
    {
        double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
        return (float)(Dot(first, second) / Math.Sqrt(Dot(first, first) * Dot(second, second)));
    }

    private sealed class Text
    {
        public string Words { get; set; } = "";
    }
}
