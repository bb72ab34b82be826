using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Onnx;
using Mlnet.Embeddings.Onnx.Tests.Graphs;
using Mlnet.Embeddings.Pooling;
using Mlnet.Embeddings.Tests.Contract;

namespace Mlnet.Embeddings.Tests.Encoding;

/// <summary>What is special to poolings that are trained in a pipeline; what they share with all components is in <see cref="ContractTests"/>.</summary>
public sealed class TrainedPoolingTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("mlnet-embeddings-pooling-").FullName;

    public TrainedPoolingTests() => _ml.Log += (_, e) => _warnings.AddRange(e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? [e.Message] : []);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pooling_trained_on_a_transformers_states_serves_in_the_pipeline_in_a_loaded_one_and_in_the_model(bool isOverLayers)
    {
        Dictionary<string, byte[]> files = TinyModel.Files(new BertShape { GivesLayers = true });
        files["modules.json"] = TinyModel.Bytes("""[{"path":"","type":"sentence_transformers.models.Transformer"},{"path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]""");
        EncoderPooling? read = isOverLayers ? EncoderPooling.Layers(new MeanPooling(), LayerCombination.Mean, 1, 2) : null;
        AdapterArchitecture head = isOverLayers ? new MultiLayerAttentionHead(queries: 2, heads: 2) : new LatentAttentionHead(latents: 4, heads: 2);
        using OnnxModel encoder = TinyModel.Open(files, new OnnxModelOptions { Pooling = read });
        IDataView data = Views.Sample(_ml);
        TrainedPoolingOptions options = new() { LabelColumnName = "Label", MaskColumnName = "Mask", Training = Training(head, epochs: 4) };
        var pipeline = _ml.Transforms.Text.EncodeTokens("States", "Text", encoder, maskColumnName: "Mask").Append(_ml.Transforms.PoolTokens("Embedding", "States", options)).Fit(data);
        List<string> expected = Views.Lines(pipeline.Transform(data), "Embedding");
        using MemoryStream saved = new();
        _ml.Model.Save(pipeline, data.Schema, saved);
        saved.Position = 0;
        Assert.Equal(expected, Views.Lines(_ml.Model.Load(saved, out _).Transform(data), "Embedding"));

        TokenPoolingTransformer trained = pipeline.LastTransformer;
        Assert.True(trained.Curve!.Points.Count > 1);
        EncoderPooling serving = isOverLayers ? EncoderPooling.MultiLayerAttention(trained.LayerPooling!) : EncoderPooling.States(trained.Pooling!);
        using OnnxModel model = TinyModel.Open(files, new OnnxModelOptions { Pooling = serving });
        Views.AssertClose(expected, Views.Lines(_ml.Transforms.Text.EmbedText("Embedding", "Text", model).Fit(data).Transform(data), "Embedding"), 2e-5f);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Score")]
    public void Pairs_with_and_without_scores_are_learnt_from(string? score)
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Pairs(80));
        TrainedPoolingOptions options = new()
        {
            Dimensions = 4,
            PartnerColumnName = "Right",
            ScoreColumnName = score,
            Training = Training(new LatentAttentionHead(latents: 4, heads: 2), epochs: 5, score is null ? null : new CoSent()),
        };
        options.Training.ValidationShare = 0;
        TokenPoolingTransformer trained = _ml.Transforms.PoolTokens("Embedding", "Left", options).Fit(data);
        Assert.True(trained.Curve!.Points[^1].Loss < trained.Curve.Points[0].Loss);
        Assert.Equal(4, trained.Transform(data).GetColumn<float[]>("Embedding").First().Length);
    }

    [Fact]
    public void States_beyond_memory_go_to_a_file_and_change_no_weight()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Pairs(40));
        TrainedPoolingOptions options = new() { Dimensions = 4, LabelColumnName = "Group", Training = Training(new LatentAttentionHead(latents: 4, heads: 2), epochs: 2) };
        List<string> expected = Views.Lines(_ml.Transforms.PoolTokens("Embedding", "Left", options).Fit(data).Transform(data), "Embedding");
        options.States = new TokenStatesOptions { MaximumBytes = 300, ScratchFolder = _folder };
        Assert.Equal(expected, Views.Lines(_ml.Transforms.PoolTokens("Embedding", "Left", options).Fit(data).Transform(data), "Embedding"));
        Assert.Empty(Directory.GetFiles(_folder));
        options.States = new TokenStatesOptions { MaximumBytes = 300 };
        Assert.Contains("ScratchFolder", Assert.Throws<InvalidOperationException>(() => _ml.Transforms.PoolTokens("Embedding", "Left", options).Fit(data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_a_label_are_left_out_and_a_validation_view_tells_when_nothing_was_learnt()
    {
        PairRow[] rows = Pairs(60);
        TrainedPoolingOptions options = new() { Dimensions = 4, LabelColumnName = "Group", Training = Training(new LatentAttentionHead(latents: 4, heads: 2), epochs: 3) };
        List<string> expected = Views.Lines(_ml.Transforms.PoolTokens("Embedding", "Left", options).Fit(_ml.Data.LoadFromEnumerable(rows)).Transform(_ml.Data.LoadFromEnumerable(rows)), "Embedding");
        PairRow[] more = [.. rows, new PairRow { Left = [9, 9, 9, 9], Group = "" }];
        Assert.Equal(expected, Views.Lines(_ml.Transforms.PoolTokens("Embedding", "Left", options).Fit(_ml.Data.LoadFromEnumerable(more)).Transform(_ml.Data.LoadFromEnumerable(rows)), "Embedding"));

        // Its classes are across those that are trained on.
        options.Training.Loss = new InfoNce(1);
        options.Validation = _ml.Data.LoadFromEnumerable(rows.Select((r, i) => new PairRow { Left = r.Left, Group = rows[i / 20].Group }).ToArray());
        _warnings.Clear();
        TokenPoolingTransformer trained = _ml.Transforms.PoolTokens("Embedding", "Left", options).Fit(_ml.Data.LoadFromEnumerable(rows));
        Assert.Equal(trained.Curve!.Points[0].ValidationLoss <= trained.Curve.Points.Skip(1).Min(p => p.ValidationLoss), _warnings.Exists(w => w.Contains("learnt nothing", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_does_not_fit_together_is_refused_by_name()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Pairs(20));
        Assert.Contains("LabelColumnName", Refused(new()), StringComparison.Ordinal);
        Assert.Contains("LabelColumnName", Refused(new() { LabelColumnName = "Group", PartnerColumnName = "Right" }), StringComparison.Ordinal);
        Assert.Contains("PartnerColumnName", Refused(new() { LabelColumnName = "Group", ScoreColumnName = "Score" }), StringComparison.Ordinal);
        Assert.Contains("PartnerMaskColumnName", Refused(new() { PartnerColumnName = "Right", MaskColumnName = "Mask" }), StringComparison.Ordinal);
        Assert.Contains("LatentAttentionHead", Refused(new() { LabelColumnName = "Group", Training = new AdapterTrainerOptions() }), StringComparison.Ordinal);
        Assert.Contains("MultiLayerAttentionHead", Refused(new() { LabelColumnName = "Group", Layers = 2 }), StringComparison.Ordinal);
        Assert.Contains("TokenDimensions", Fails(new() { LabelColumnName = "Group" }).Message, StringComparison.Ordinal);
        Assert.Contains("TokenLayers", Fails(new() { LabelColumnName = "Group", Dimensions = 4, Training = Training(new MultiLayerAttentionHead(), 1) }).Message, StringComparison.Ordinal);
        Assert.Contains("'Left' in row 0", Fails(new() { LabelColumnName = "Group", Dimensions = 3 }).Message, StringComparison.Ordinal);
        Assert.Contains("'Nowhere'", Fails(new() { LabelColumnName = "Nowhere", Dimensions = 4 }).Message, StringComparison.Ordinal);

        string Refused(TrainedPoolingOptions options) => Assert.Throws<ArgumentException>(() => _ml.Transforms.PoolTokens("Embedding", "Left", options)).Message;
        Exception Fails(TrainedPoolingOptions options) => Assert.ThrowsAny<Exception>(() => _ml.Transforms.PoolTokens("Embedding", "Left", options).Fit(data));
    }

    private static AdapterTrainerOptions Training(AdapterArchitecture head, int epochs, AdapterLoss? loss = null) => new() { Architecture = head, Epochs = epochs, BatchSize = 20, Loss = loss, LearningRate = 0.003 };

    private static PairRow[] Pairs(int count)
    {
        Random random = new(7);
        return [.. Enumerable.Range(0, count).Select(i => new PairRow { Left = States(i), Right = States(i), Score = i % 5, Group = "g" + (i % 3) })];

        float[] States(int i) => [.. Enumerable.Range(0, 4 * (1 + random.Next(4))).Select(k => random.NextSingle() - 0.5f + (k % 4 == i % 3 ? 0.7f : 0))];
    }

    private sealed class PairRow
    {
        [VectorType]
        public float[] Left { get; set; } = [];

        [VectorType]
        public float[] Right { get; set; } = [];

        public float Score { get; set; }

        public string Group { get; set; } = "";
    }
}
