using Mlnet.Embeddings.Onnx.Tests.GraphFiles;
using Mlnet.Embeddings.Onnx.Tests.Graphs;
using Mlnet.Embeddings.Prompts;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Onnx.Tests.Export;

/// <summary>Models with transforms as one graph, beside the same model in this library.</summary>
public class TransformExportTests
{
    private static readonly string[] Texts = ["the parcel has not arrived", "my order is late again, where is the delivery van", "refund", ""];

    [Theory]
    [InlineData("center")]
    [InlineData("standardize")]
    [InlineData("standardize:vector")]
    [InlineData("remove-top:2")]
    [InlineData("remove-top:0")]
    [InlineData("truncate:5")]
    [InlineData("l2")]
    [InlineData("whiten:zca")]
    [InlineData("whiten:pca(k=6,l2=true)")]
    [InlineData("whiten:zca-cor")]
    [InlineData("whiten:cholesky")]
    [InlineData("relative:7")]
    [InlineData("center,whiten:zca(eps=0.01),remove-top:1,standardize:vector,truncate:9,relative:4")]
    public void A_model_with_a_chain_is_one_graph(string chain)
    {
        using OnnxModel model = TinyModel.Open(TableModel());
        AssertSame(model, TransformRecipe.Parse(chain).Fit(Vectors(model)));
    }

    [Fact]
    public void Given_directions_and_named_anchors_are_in_the_graph()
    {
        using OnnxModel model = TinyModel.Open(TableModel());
        EmbeddingMatrix given = model.Encode(["invoice", "password reset", "delivery van"], Cancellation);
        AssertSame(model, DirectionRemovalTransform.Of(given));
        AssertSame(model, AnchorSimilarity.Of(given, ["bills", "accounts", "parcels"]));
    }

    [Theory]
    [InlineData(AlignmentKind.Procrustes, true)]
    [InlineData(AlignmentKind.Ridge, false)]
    public void An_alignment_is_in_the_graph(AlignmentKind kind, bool normalize)
    {
        using OnnxModel model = TinyModel.Open(TableModel());
        EmbeddingMatrix source = Vectors(model), target = new VectorStandardizationTransform(16).Apply(source);
        AssertSame(model, AlignmentTransform.Fit(source, target, new AlignmentOptions { Kind = kind, Normalize = normalize }));
    }

    [Fact]
    public void Pair_features_and_combinations_are_in_the_graph()
    {
        // The halves of a model's vector stand for the vectors of two models.
        using OnnxModel model = TinyModel.Open(TableModel());
        EmbeddingMatrix rows = Vectors(model), halves = new(rows.Rows, 8), others = new(rows.Rows, 8);
        for (int i = 0; i < rows.Rows; i++)
        {
            rows.Row(i)[..8].CopyTo(halves.Row(i));
            rows.Row(i)[8..].CopyTo(others.Row(i));
        }

        AssertSame(model, new PairFeatures(8));
        AssertSame(model, new PairFeatures(8, PairFeatureParts.Product | PairFeatureParts.Cosine));
        AssertSame(model, EmbeddingCombination.Concatenate([8, 8], [0.5f, 2]));
        AssertSame(model, EmbeddingCombination.Average([8, 8], [null, AlignmentTransform.Fit(others, halves)], [1, 3]));
    }

    [Fact]
    public void A_fused_model_with_a_transform_gives_the_same_vectors_and_the_same_file()
    {
        using OnnxModel plain = TinyModel.Open(TableModel()), fused = TinyModel.Open(TableModel(), new OnnxModelOptions { Fuse = true });
        using TestFolder folder = new();
        EmbeddingModel whitened = plain.WithTransform(TransformRecipe.Parse("whiten,truncate:7").Fit(Vectors(plain)));
        EmbeddingModel both = fused.WithTransform(TransformRecipe.Parse("whiten,truncate:7").Fit(Vectors(plain)));
        Plain.AssertClose(whitened.Encode(Texts, Cancellation).Values, both.Encode(Texts, Cancellation).Values);
        whitened.ExportOnnx(folder["plain.onnx"]);
        both.ExportOnnx(folder["fused.onnx"]);
        Assert.Equal(File.ReadAllBytes(folder["plain.onnx"]), File.ReadAllBytes(folder["fused.onnx"]));
    }

    [Fact]
    public void Transforms_of_transforms_and_cut_models_are_exported_with_prompts_and_all()
    {
        using OnnxModel model = TinyModel.Open(TableModel());
        EmbeddingModel changed = model.WithDimensions(12).WithTransform(CenteringTransform.Fit(new TruncationTransform(16, 12).Apply(Vectors(model)))).WithTransform(new TruncationTransform(12, 3));
        AssertSame((OnnxModel)model.WithPrompt("query"), changed.WithPrompt("query"));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(18)]
    public void Each_operator_set_has_its_form(int opset)
    {
        using OnnxModel model = TinyModel.Open(TableModel(opset));
        AssertSame(model, TransformRecipe.Parse("whiten:pca,standardize:vector,l2,truncate:4").Fit(Vectors(model)));
    }

    [Theory]
    [InlineData("quantize:int8", "quantize:int8", "quantize the vectors that the graph gives")]
    [InlineData("center,quantize:binary,l2", "quantize:binary", "quantize the vectors that the graph gives")]
    [InlineData("center,fnorm", "fnorm", "apply it to the vectors that the graph gives")]
    public void A_step_without_a_form_as_a_graph_is_refused_by_name(string chain, string step, string cure)
    {
        using OnnxModel model = TinyModel.Open(TableModel());
        using TestFolder folder = new();
        EmbeddingModel quantized = model.WithTransform(TransformRecipe.Parse(chain).Fit(Vectors(model)));
        string message = Assert.Throws<NotSupportedException>(() => quantized.ExportOnnx(folder["fused.onnx"])).Message;
        Assert.Contains($"'{step}' has no form as an ONNX graph", message, StringComparison.Ordinal);
        Assert.Contains(cure, message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder["."]));
    }

    [Fact]
    public void A_model_without_a_graph_or_under_several_prompts_is_refused()
    {
        using OnnxModel model = TinyModel.Open(TableModel());
        using TestFolder folder = new();
        foreach (EmbeddingModel other in (EmbeddingModel[])[EmbeddingModel.Default, model.WithTemplates([new PromptFrame("a ", ""), new PromptFrame("b ", "")])])
        {
            Assert.Contains("cannot be exported", Assert.Throws<NotSupportedException>(() => other.ExportOnnx(folder["fused.onnx"])).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1e25f)]
    [InlineData(1e-25f)]
    [InlineData(0)]
    public void Very_large_small_and_zero_vectors_are_scaled_to_length_1_as_everywhere(float scale)
    {
        using OnnxModel model = TinyModel.Open(TableModel(17, scale), new OnnxModelOptions { Pooling = EncoderPooling.Parse("cls") });
        AssertSame(model, new UnitLengthTransform(16), [Texts[0]]);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // States of full rank, which those of a small random transformer are not: whitening would blow up their rounding errors.
    private static Dictionary<string, byte[]> TableModel(int opset = 17, float scale = 1)
    {
        Random random = new(1);
        GraphWriter graph = new(opset);
        string ids = graph.Input("input_ids", GraphWriter.Type.Int64, "rows", "tokens");
        graph.Input("attention_mask", GraphWriter.Type.Int64, "rows", "tokens");
        graph.NodeTo("last_hidden_state", "Gather", [graph.Floats([.. Enumerable.Range(0, 64 * 16).Select(_ => scale * (random.NextSingle() - 0.3f))], 64, 16), ids]);
        graph.Output("last_hidden_state", GraphWriter.Type.Float, "rows", "tokens", 16);
        Dictionary<string, byte[]> files = TinyModel.Files();
        files["onnx/model.onnx"] = graph.ToArray();
        return files;
    }

    // Far more rows than dimensions.
    private static EmbeddingMatrix Vectors(EmbeddingModel model)
    {
        string[] words = ["parcel", "arrived", "order", "late", "delivery", "van", "password", "login", "page", "reset", "code", "refund", "second", "charge", "invoice", "number"];
        Random random = new(1);
        return model.Encode([.. Enumerable.Range(0, 200).Select(_ => string.Join(' ', random.GetItems(words, random.Next(1, 7))))], Cancellation);
    }

    private static void AssertSame(OnnxModel model, VectorTransform transform, string[]? texts = null) => AssertSame(model, model.WithTransform(transform), texts);

    private static void AssertSame(OnnxModel encoder, EmbeddingModel model, string[]? texts = null)
    {
        using TestFolder folder = new();
        model.ExportOnnx(folder["fused.onnx"]);
        float[] found = FusedRun.Of(File.ReadAllBytes(folder["fused.onnx"]), encoder, texts ?? Texts, dimensions: model.Dimensions);
        Plain.AssertClose([.. (texts ?? Texts).SelectMany(model.Encode)], found);
    }
}
