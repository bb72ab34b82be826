using Mlnet.Embeddings.Onnx.Tests.GraphFiles;
using Mlnet.Embeddings.Onnx.Tests.Graphs;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.Onnx.Tests.Export;

public class ExportTests
{
    private static readonly string[] Texts = ["the parcel has not arrived", "my order is late again, where is the delivery van", "refund", ""];

    [Theory]
    [InlineData("mean")]
    [InlineData("cls")]
    [InlineData("max")]
    [InlineData("lasttoken")]
    [InlineData("mean_sqrt_len_tokens")]
    [InlineData("weightedmean")]
    [InlineData("cls+max+mean")]
    public void Each_pooling_gives_the_model_s_vectors(string pooling)
    {
        using OnnxModel model = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { Pooling = EncoderPooling.Parse(pooling) });
        AssertSame(model);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(21)]
    public void In_every_operator_set_wherever_the_pads_are_all_poolings_agree(int opset)
    {
        Dictionary<string, byte[]> files = TableModel(opset);
        using OnnxModel model = TinyModel.Open(files, new OnnxModelOptions { Pooling = EncoderPooling.Parse("lasttoken+weightedmean+cls+mean_sqrt_len_tokens+max+mean") });
        AssertSame(model);
        AssertSame(model, padsLeft: true);
    }

    [Fact]
    public void Dense_truncation_and_scaling_are_in_the_graph()
    {
        using OnnxModel model = TinyModel.Open(TinyModel.WithDense(TinyModel.Files(), outputs: 8), new OnnxModelOptions { TruncateDimensions = 5 });
        Assert.Equal(5, model.Dimensions);
        AssertSame(model);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(18)]
    public void A_LayerNorm_module_is_in_the_graph(int opset)
    {
        Dictionary<string, byte[]> files = TableModel(opset);
        files["modules.json"] = TinyModel.Bytes(TinyModel.Modules.Replace("""{"idx":2""", """{"idx":2,"name":"2","path":"2_LayerNorm","type":"sentence_transformers.models.LayerNorm"},{"idx":3""", StringComparison.Ordinal));
        files["2_LayerNorm/config.json"] = TinyModel.Bytes("""{"dimension":16}""");
        SafetensorsWriter weights = new();
        weights.Add("norm.weight", [.. Enumerable.Range(0, 16).Select(i => MathF.Cos(i))], 16);
        weights.Add("norm.bias", [.. Enumerable.Range(0, 16).Select(i => MathF.Sin(i))], 16);
        files["2_LayerNorm/model.safetensors"] = weights.ToArray();
        using OnnxModel model = TinyModel.Open(files);
        AssertSame(model);
    }

    [Fact]
    public void Tokens_of_a_prompt_that_is_left_out_are_named_by_a_mask_of_their_own()
    {
        using OnnxModel bare = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { ExcludePromptFromPooling = true });
        using OnnxModel prompted = (OnnxModel)bare.WithPrompt("query");
        AssertSame(prompted);
        Assert.NotEqual(bare.Encode(Texts[0]), prompted.Encode(Texts[0]));
        Assert.DoesNotContain("pooling_mask", System.Text.Encoding.Latin1.GetString(Export(bare)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_has_pooled_gets_what_follows()
    {
        using OnnxModel model = TinyModel.Open(TinyModel.Files(new BertShape { GivesMean = true }));
        AssertSame(model);
    }

    [Fact]
    public void Layers_are_pooled_in_the_graph()
    {
        Dictionary<string, byte[]> files = TableModel(17, layers: 3);
        foreach (LayerCombination combination in Enum.GetValues<LayerCombination>())
        {
            using OnnxModel model = TinyModel.Open(files, new OnnxModelOptions { Pooling = EncoderPooling.Layers(new MeanPooling(), combination, 0, ^1) });
            AssertSame(model);
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(18)]
    public void Trained_attention_over_tokens_and_over_layers_is_in_the_graph(int opset)
    {
        using OnnxModel latent = TinyModel.Open(TableModel(opset), new OnnxModelOptions { Pooling = EncoderPooling.States(RandomPooling.Latent(16, 5, 2, 6, 20)) });
        AssertSame(latent);
        AssertSame(latent, padsLeft: true);
        using OnnxModel layered = TinyModel.Open(TableModel(opset, layers: 4), new OnnxModelOptions { Pooling = EncoderPooling.MultiLayerAttention(RandomPooling.MultiLayer(16, 4, 2, 6, 20, layers: 3)) });
        AssertSame(layered);
        AssertSame(layered, padsLeft: true);
    }

    [Fact]
    public void Half_precision_inside_is_still_single_precision_outside()
    {
        using OnnxModel model = TinyModel.Open(TinyModel.Files(new BertShape { OutputType = GraphWriter.Type.Float16 }));
        AssertSame(model);
    }

    [Fact]
    public void A_quantized_model_is_exported_as_it_is()
    {
        using TestFolder folder = new();
        using OnnxModel model = TinyModel.Open(TinyModel.Files());
        model.Quantize(folder["int8"], cancellationToken: TestContext.Current.CancellationToken);
        using OnnxModel quantized = OnnxModel.FromFolder(folder["int8"]);

        // One text at a time: the ranges of 8-bit activations span a batch, and its pads.
        foreach (string text in Texts)
        {
            Plain.AssertClose(quantized.Encode(text), FusedRun.Of(Export(quantized), quantized, [text]), 1e-4f);
        }
    }

    [Fact]
    public void The_file_is_a_model_s_graph_for_this_library_too()
    {
        Dictionary<string, byte[]> files = TinyModel.Files();
        using OnnxModel before = TinyModel.Open(files, new OnnxModelOptions { Pooling = EncoderPooling.Parse("weightedmean") });
        files["onnx/model.onnx"] = Export(before);
        using OnnxModel after = TinyModel.Open(files);
        foreach (string text in Texts)
        {
            Plain.AssertClose(before.Encode(text), after.Encode(text));
        }
    }

    [Fact]
    public void What_is_not_needed_for_the_vector_is_left_out()
    {
        GraphWriter graph = new();
        string ids = graph.Input("input_ids", GraphWriter.Type.Int64, "rows", "tokens");
        graph.NodeTo("last_hidden_state", "Gather", [graph.Floats(new float[64 * 16], 64, 16), ids]);
        graph.Output("last_hidden_state", GraphWriter.Type.Float, "rows", "tokens", 16);
        graph.NodeTo("pooler_output", "MatMul", ["last_hidden_state", graph.Floats(new float[16 * 1000], 16, 1000)]);
        graph.Output("pooler_output", GraphWriter.Type.Float, "rows", "tokens", 1000);
        Dictionary<string, byte[]> files = TinyModel.Files();
        files["onnx/model.onnx"] = graph.ToArray();
        using OnnxModel model = TinyModel.Open(files);
        Assert.InRange(Export(model).Length, 64 * 16 * 4, 16 * 1000 * 4);
    }

    private static void AssertSame(OnnxModel model, bool padsLeft = false) =>
        Plain.AssertClose([.. Texts.SelectMany(model.Encode)], FusedRun.Of(Export(model), model, Texts, padsLeft));

    private static byte[] Export(OnnxModel model)
    {
        using TestFolder folder = new();
        model.ExportOnnx(folder["fused.onnx"]);
        Assert.Equal(["fused.onnx"], Directory.GetFiles(folder["."]).Select(Path.GetFileName));
        return File.ReadAllBytes(folder["fused.onnx"]);
    }

    // States that do not depend on their place, so that pads on either side leave them as they are.
    private static Dictionary<string, byte[]> TableModel(int opset, int layers = 0)
    {
        GraphWriter graph = new(opset);
        string ids = graph.Input("input_ids", GraphWriter.Type.Int64, "rows", "tokens");
        graph.Input("attention_mask", GraphWriter.Type.Int64, "rows", "tokens");
        float[] Table(int seed) => [.. Enumerable.Range(0, 64 * 16).Select(i => MathF.Sin((i * 7) + seed))];
        graph.NodeTo("last_hidden_state", "Gather", [graph.Floats(Table(1), 64, 16), ids]);
        graph.Output("last_hidden_state", GraphWriter.Type.Float, "rows", "tokens", 16);
        for (int layer = 0; layer < layers; layer++)
        {
            graph.NodeTo($"hidden_states.{layer}", "Gather", [graph.Floats(Table(layer + 2), 64, 16), ids]);
            graph.Output($"hidden_states.{layer}", GraphWriter.Type.Float, "rows", "tokens", 16);
        }

        Dictionary<string, byte[]> files = TinyModel.Files();
        files["onnx/model.onnx"] = graph.ToArray();
        return files;
    }
}
