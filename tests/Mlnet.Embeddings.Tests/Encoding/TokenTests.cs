using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.LongTexts;
using Mlnet.Embeddings.Onnx;
using Mlnet.Embeddings.Onnx.Tests.Graphs;
using Mlnet.Embeddings.Pooling;
using Mlnet.Embeddings.Tests.Contract;

namespace Mlnet.Embeddings.Tests.Encoding;

/// <summary>What is special to <c>TokenizeText</c>, <c>EncodeTokens</c> and <c>PoolTokens</c>; what they share with all components is in <see cref="ContractTests"/>.</summary>
public sealed class TokenTests : IDisposable
{
    private const string TwoModules = """
        [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
        {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]
        """;

    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];
    private readonly OnnxModel _model = TinyModel.Open(TinyModel.Files());

    public TokenTests() => _ml.Log += (_, e) => _warnings.AddRange(e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? [e.Message] : []);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("mean", false)]
    [InlineData("mean", true)]
    [InlineData("max", true)]
    [InlineData("cls", true)]
    [InlineData("lasttoken", true)]
    [InlineData("weightedmean", true)]
    [InlineData("mean_sqrt_len_tokens", false)]
    [InlineData("max+mean+cls", true)]
    public void States_pooled_are_what_EmbedText_gives_before_any_other_module(string modes, bool leavesPromptOut)
    {
        Dictionary<string, byte[]> files = TinyModel.Files();
        files["modules.json"] = TinyModel.Bytes(TwoModules);
        using OnnxModel model = TinyModel.Open(files, new OnnxModelOptions { Pooling = EncoderPooling.Parse(modes), ExcludePromptFromPooling = leavesPromptOut });
        TokenPooling[] poolings = [.. modes.Split('+').Select(PoolingConfiguration.ModeOf)];
        TokenPooling pooling = poolings.Length == 1 ? poolings[0] : new ConcatenatedPooling(poolings);
        IDataView data = Views.Sample(_ml);
        IDataView expected = _ml.Transforms.Text.EmbedText("Embedding", "Text", model, "query").Fit(data).Transform(data);
        IDataView found = _ml.Transforms.Text.EncodeTokens("States", "Text", model, "query", "Mask")
            .Append(_ml.Transforms.PoolTokens("Embedding", "States", pooling, "Mask")).Fit(data).Transform(data);
        Views.AssertClose(Views.Lines(expected, "Embedding"), Views.Lines(found, "Embedding"), 1e-6f);
        Assert.Equal(model.Dimensions, ((VectorDataViewType)found.Schema["Embedding"].Type).Size);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Trained_weights_of_a_pooling_are_kept_in_a_saved_pipeline()
    {
        LatentAttentionPooling trained = RandomPooling.Latent(d: 2, latents: 3, heads: 2, inner: 4, hidden: 5);
        IDataView data = Views.Sample(_ml);
        TokenPoolingOptions options = new() { Dimensions = 2, Pooling = new ConcatenatedPooling(new MaxPooling(), trained) };
        TokenPoolingTransformer pooling = _ml.Transforms.PoolTokens("Embedding", "Vector", options).Fit(data);
        using MemoryStream saved = new();
        _ml.Model.Save(pooling, data.Schema, saved);
        saved.Position = 0;
        IDataView found = _ml.Model.Load(saved, out _).Transform(data);
        Assert.Equal(Views.Lines(pooling.Transform(data)), Views.Lines(found));
        float[] expected = new float[2];
        trained.Pool(new TokenStates(SampleRow.Sixty[5].Vector, 2), expected);
        Assert.Equal(expected, found.GetColumn<float[]>("Embedding").ElementAt(5)[2..]);
        Assert.NotEqual(expected[0], expected[1]);
    }

    [Fact]
    public void States_of_all_layers_pooled_by_attention_are_what_a_model_with_that_pooling_gives()
    {
        MultiLayerAttentionPooling trained = RandomPooling.MultiLayer(16, queries: 3, heads: 2, inner: 6, hidden: 20, layers: 2);
        Dictionary<string, byte[]> files = TinyModel.Files(new BertShape { GivesLayers = true });
        files["modules.json"] = TinyModel.Bytes(TwoModules);
        using OnnxModel model = TinyModel.Open(files, new OnnxModelOptions { Pooling = EncoderPooling.Layers(new MeanPooling(), LayerCombination.Mean, 1, 2), ExcludePromptFromPooling = true });
        using OnnxModel whole = TinyModel.Open(files, new OnnxModelOptions { Pooling = EncoderPooling.MultiLayerAttention(trained), ExcludePromptFromPooling = true });
        IDataView data = Views.Sample(_ml);
        IDataView expected = _ml.Transforms.Text.EmbedText("Embedding", "Text", whole, "query").Fit(data).Transform(data);
        ITransformer pipeline = _ml.Transforms.Text.EncodeTokens("States", "Text", model, "query", "Mask")
            .Append(_ml.Transforms.PoolTokens("Embedding", "States", new TokenPoolingOptions { LayerPooling = trained, MaskColumnName = "Mask" })).Fit(data);
        Views.AssertClose(Views.Lines(expected, "Embedding"), Views.Lines(pipeline.Transform(data), "Embedding"), 1e-6f);
        using MemoryStream saved = new();
        _ml.Model.Save(pipeline, data.Schema, saved);
        saved.Position = 0;
        Assert.Equal(Views.Lines(pipeline.Transform(data)), Views.Lines(_ml.Model.Load(saved, out _).Transform(data)));

        IDataView states = _ml.Transforms.Text.EncodeTokens("States", "Text", model).Fit(data).Transform(data);
        Assert.Contains("2 layers", Assert.Throws<ArgumentException>(() => _ml.Transforms.PoolTokens("Embedding", "States").Fit(states)).Message, StringComparison.Ordinal);
        MultiLayerAttentionPooling three = RandomPooling.MultiLayer(16, queries: 3, heads: 2, inner: 6, hidden: 20, layers: 3);
        Assert.Contains("3 layers", Assert.Throws<ArgumentException>(() => _ml.Transforms.PoolTokens("Embedding", "States", new TokenPoolingOptions { LayerPooling = three }).Fit(states)).Message, StringComparison.Ordinal);
        states = _ml.Transforms.Text.EncodeTokens("States", "Text", _model).Fit(data).Transform(data);
        Assert.Contains("has those of 1 layer", Assert.Throws<ArgumentException>(() => _ml.Transforms.PoolTokens("Embedding", "States", new TokenPoolingOptions { LayerPooling = trained }).Fit(states)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_mask_a_prompt_that_the_model_leaves_out_is_averaged_in_and_the_log_says_so()
    {
        using OnnxModel model = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { ExcludePromptFromPooling = true });
        _ml.Transforms.Text.EncodeTokens("States", "Text", model, "query").Fit(Views.Sample(_ml));
        Assert.Contains(nameof(TokenEncodingOptions.MaskColumnName), Assert.Single(_warnings), StringComparison.Ordinal);
        _ml.Transforms.Text.EncodeTokens("States", "Text", model).Fit(Views.Sample(_ml));
        Assert.Single(_warnings);
    }

    [Fact]
    public void Tokens_are_those_that_the_graph_reads()
    {
        IDataView view = _ml.Transforms.Text.TokenizeText("Tokens", "Text", new TextTokenizingOptions { Model = _model, Prompt = "query", StartsColumnName = "Starts", EndsColumnName = "Ends" })
            .Fit(Views.Sample(_ml)).Transform(Views.Sample(_ml));
        int[] ids = view.GetColumn<int[]>("Tokens").First();
        string[] spelled = [.. ids.Select(id => _model.Tokenizer.TokenOf(id)!)];
        Assert.Equal(["[CLS]", "query", ":", "the", "parcel", "has", "not", "arrived", "[SEP]"], spelled);

        // The prompt and the special tokens stand for nothing of "the parcel has not arrived ".
        Assert.Equal([0, 0, 0, 0, 4, 11, 15, 19, 0], view.GetColumn<int[]>("Starts").First());
        Assert.Equal([0, 0, 0, 3, 10, 14, 18, 26, 0], view.GetColumn<int[]>("Ends").First());
    }

    [Fact]
    public void Empty_texts_have_the_special_tokens_alone_or_are_an_error_that_names_the_row()
    {
        IDataView data = Views.Sample(_ml);
        int[][] found = [.. _ml.Transforms.Text.TokenizeText("Tokens", "Text", _model).Fit(data).Transform(data).GetColumn<int[]>("Tokens")];
        Assert.Equal([2, 3], found[7]);
        Assert.Equal([2, 3], found[8]);
        TokenEncodingOptions options = new() { Model = _model, OnEmptyText = OnEmptyText.Error };
        IDataView view = _ml.Transforms.Text.EncodeTokens("States", "Text", options).Fit(data).Transform(data);
        Assert.Contains("'Text' in row 7", Assert.Throws<InvalidOperationException>(() => Views.Lines(view)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_of_a_static_model_are_those_with_a_vector()
    {
        IDataView data = _ml.Data.LoadFromEnumerable([new SampleRow { Text = "late 🝳 again" }]);
        TextTokenizingOptions options = new() { Model = EmbeddingModel.Default.WithPrefix("order: "), StartsColumnName = "Starts", EndsColumnName = "Ends" };
        IDataView view = _ml.Transforms.Text.TokenizeText("Tokens", "Text", options).Fit(data).Transform(data);
        Static.StaticModel model = Assert.IsType<Static.StaticModel>(EmbeddingModel.Default);
        string[] spelled = [.. view.GetColumn<int[]>("Tokens").Single().Select(id => model.Tokenizer.TokenOf(id)!)];
        Assert.Equal(["order", ":", "late", "again"], spelled);
        Assert.Equal([0, 0, 0, 8], view.GetColumn<int[]>("Starts").Single());
        Assert.Equal([0, 0, 4, 13], view.GetColumn<int[]>("Ends").Single());
    }

    [Fact]
    public void Models_without_tokens_are_refused_by_name()
    {
        EmbeddingModel letters = EmbeddingModel.FromGenerator(new Letters(), new GeneratorOptions { Dimensions = 8 });
        Assert.Contains("'letters'", Assert.Throws<ArgumentException>(() => _ml.Transforms.Text.TokenizeText("Tokens", "Text", letters)).Message, StringComparison.Ordinal);
        EmbeddingModel averaged = _model.WithTemplates([new("a ", ""), new("b ", "")]);
        Assert.Contains("several prompts", Assert.Throws<ArgumentException>(() => _ml.Transforms.Text.TokenizeText("Tokens", "Text", averaged)).Message, StringComparison.Ordinal);
        Assert.Contains("static model", Assert.Throws<ArgumentException>(() => _ml.Transforms.Text.EncodeTokens("States", "Text", new TokenEncodingOptions())).Message, StringComparison.Ordinal);
        using OnnxModel pooled = TinyModel.Open(TinyModel.Files(new BertShape { States = null, GivesMean = true }));
        Assert.Contains("pooled", Assert.Throws<ArgumentException>(() => _ml.Transforms.Text.EncodeTokens("States", "Text", pooled)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_one_name_are_refused()
    {
        Assert.Contains("two columns 'Tokens'", Assert.Throws<ArgumentException>(() => _ml.Transforms.Text.TokenizeText("Tokens", "Text", new TextTokenizingOptions { MaskColumnName = "Tokens" })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _ml.Transforms.Text.EncodeTokens("States", "Text", _model, maskColumnName: " "));
        Assert.Throws<ArgumentException>(() => _ml.Transforms.PoolTokens(" ", "States"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Transforms.PoolTokens("Embedding", "States", new TokenPoolingOptions { Dimensions = 0 }));
    }

    [Fact]
    public void States_of_a_width_that_nothing_says_or_of_another_are_refused()
    {
        IDataView data = Views.Sample(_ml);
        Assert.Contains("TokenDimensions", Assert.Throws<ArgumentException>(() => _ml.Transforms.PoolTokens("Embedding", "Vector").Fit(data)).Message, StringComparison.Ordinal);
        Assert.Contains("no whole number", Assert.Throws<ArgumentException>(() => _ml.Transforms.PoolTokens("Embedding", "Vector", new TokenPoolingOptions { Dimensions = 3 }).Fit(data)).Message, StringComparison.Ordinal);
        IDataView states = _ml.Transforms.Text.EncodeTokens("States", "Text", _model).Fit(data).Transform(data);
        Assert.Contains("16", Assert.Throws<ArgumentException>(() => _ml.Transforms.PoolTokens("Embedding", "States", new TokenPoolingOptions { Dimensions = 8 }).Fit(states)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_of_another_length_and_a_value_that_is_not_finite_are_refused_with_the_row()
    {
        IDataView data = _ml.Data.LoadFromEnumerable([new StatesRow { States = [1, 2, 3, 4], Mask = [true, false] }, new StatesRow { States = [1, 2], Mask = [true, false] }]);
        IDataView view = _ml.Transforms.PoolTokens("Embedding", "States", new TokenPoolingOptions { Dimensions = 2, MaskColumnName = "Mask" }).Fit(data).Transform(data);
        Assert.Contains("'States' in row 1", Assert.Throws<InvalidOperationException>(() => Views.Lines(view)).Message, StringComparison.Ordinal);
        data = _ml.Data.LoadFromEnumerable([new StatesRow { States = [1, 2, float.NaN, 4], Mask = [true, false] }, new StatesRow { States = [1, float.NaN], Mask = [true] }]);
        view = _ml.Transforms.PoolTokens("Embedding", "States", new TokenPoolingOptions { Dimensions = 2, MaskColumnName = "Mask" }).Fit(data).Transform(data);
        Assert.Contains("'States' in row 1", Assert.Throws<InvalidOperationException>(() => Views.Lines(view)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chunk_columns_say_how_each_text_was_cut()
    {
        using OnnxModel model = TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { MaximumTokens = 5, LongTexts = new TextChunking() });
        IDataView data = _ml.Data.LoadFromEnumerable([new SampleRow { Text = "the parcel has not arrived" }, new SampleRow { Text = "my order" }]);
        TextEmbeddingOptions options = new() { Model = model, ChunkCountColumnName = "Chunks", ChunkStartsColumnName = "Starts" };
        IDataView view = _ml.Transforms.Text.EmbedText("Embedding", "Text", options).Fit(data).Transform(data);
        Assert.Equal([2, 1], view.GetColumn<int>("Chunks"));
        Assert.Equal([[0, 15], [0]], view.GetColumn<int[]>("Starts"));
        Views.AssertClose(Views.Lines(_ml.Transforms.Text.EmbedText("Embedding", "Text", model).Fit(data).Transform(data), "Embedding"), Views.Lines(view, "Embedding"), 1e-6f);
        Assert.Contains("'Chunks'", Assert.Throws<ArgumentException>(() => _ml.Transforms.Text.EmbedText("Embedding", "Text", new TextEmbeddingOptions { ChunkCountColumnName = "Chunks" })).Message, StringComparison.Ordinal);
    }

    private sealed class StatesRow
    {
        [VectorType]
        public float[] States { get; set; } = [];

        [VectorType]
        public bool[] Mask { get; set; } = [];
    }
}
