using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Tests.Transforms;

/// <summary>Pipelines with vector transforms through <c>mlContext.Model.ConvertToOnnx</c>, and back through <c>ApplyOnnxModel</c>.</summary>
public sealed class ConvertToOnnxTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlnet-embeddings-").FullName;
    private readonly MLContext _ml = new(seed: 1);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Kinds => [.. Estimators(new MLContext()).Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_transform_gives_the_same_vectors(string kind) => AssertSame(Estimators(_ml)[kind], "Output");

    [Fact]
    public void A_chain_of_columns_transforms_and_a_trainer_scores_the_same()
    {
        var pipeline = _ml.Transforms.Concatenate("Features", "First", "Third")
            .Append(_ml.Transforms.WhitenEmbedding("Features", null, new WhiteningOptions { Kind = WhiteningKind.Pca, Dimensions = 5 }))
            .Append(_ml.Transforms.TruncateEmbedding("Features", 4))
            .Append(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression());
        AssertSame(pipeline, "Features", "Probability");
    }

    [Fact]
    public void An_adapter_gives_the_same_vectors_and_probabilities()
    {
        AdapterTrainerOptions training = new() { Architecture = new BottleneckArchitecture(3), NormalizeOutput = true, LearningRate = 0.05 };
        AssertSame(_ml.Transforms.AdaptEmbedding("Output", "First", new EmbeddingAdaptingOptions { LabelColumnName = "Label", ProbabilityColumnName = "Classes", Training = training }), "Output", "Classes");
    }

    [Fact]
    public void Both_towers_give_the_same_vectors()
    {
        AdapterTrainerOptions training = new() { Architecture = new TwoTowerArchitecture(new LowRankArchitecture(2), new MlpArchitecture(outputDimensions: VectorRow.Wide)), NormalizeOutput = true, LearningRate = 0.05 };
        AssertSame(_ml.Transforms.AdaptEmbedding("Output", "First", new EmbeddingAdaptingOptions { PartnerColumnName = "Third", PartnerOutputColumnName = "Passage", Training = training }), "Output", "Passage");
    }

    [Fact]
    public void The_steps_after_EmbedText_are_converted_and_take_its_column()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 40).Select(i => new Named { Text = $"the {(i % 2 == 0 ? "parcel" : "invoice")} number {i}", Label = i % 2 == 0 }));
        ITransformer model = _ml.Transforms.Text.EmbedText("Embedding", "Text").Append(_ml.Transforms.CenterEmbedding("Embedding"))
            .Append(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression(featureColumnName: "Embedding")).Fit(view);
        string path = Convert(model, view, "Score");
        IDataView embedded = _ml.Transforms.Text.EmbedText("Embedding", "Text").Fit(view).Transform(view);
        IDataView applied = _ml.Transforms.ApplyOnnxModel("Score.output", "Embedding", path).Fit(embedded).Transform(embedded);
        float[] expected = [.. model.Transform(view).GetColumn<float>("Score")];
        VectorRow.AssertClose([expected], [[.. VectorRow.Read(applied, "Score").Select(v => v[0])]], 1e-5f);
    }

    [Fact]
    public void Slot_names_come_along()
    {
        IDataView view = View();
        ITransformer model = _ml.Transforms.Conceptualize("Output", "First", new EmbeddingMatrix([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], 2, 6), ["sport", "late delivery"]).Fit(view);
        Assert.Contains("late delivery", System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(Convert(model, view, "Output"))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_quantizes_is_refused_with_the_step_and_the_cure()
    {
        IDataView view = View();
        foreach (QuantizationOptions options in (QuantizationOptions[])[new(), new() { Kind = QuantizationKind.Binary, Form = QuantizedForm.PackedBytes }])
        {
            string message = Assert.Throws<NotSupportedException>(() => Convert(_ml.Transforms.QuantizeEmbedding("Output", "First", options).Fit(view), view)).Message;
            Assert.StartsWith("QuantizeEmbedding: ", message, StringComparison.Ordinal);
            Assert.Contains("quantize the vectors that the graph gives", message, StringComparison.Ordinal);
        }

        string chain = Assert.Throws<NotSupportedException>(() => Convert(_ml.Transforms.TransformEmbedding("Output", "First", "center,quantize:int8").Fit(view), view)).Message;
        Assert.StartsWith("TransformEmbedding: Of the chain 'center,quantize:int8', 'quantize:int8' has no form", chain, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_set_that_is_too_old_is_refused()
    {
        IDataView view = View();
        using MemoryStream stream = new();
        ITransformer model = _ml.Transforms.WhitenEmbedding("First").Fit(view);
        Assert.Contains("WhitenEmbedding", Assert.ThrowsAny<Exception>(() => _ml.Model.ConvertToOnnx(model, view, 9, stream)).Message, StringComparison.Ordinal);
        _ml.Model.ConvertToOnnx(model, view, 11, stream);
        Assert.NotEqual(0, stream.Length);
    }

    // Every component's own, and the forms of what it can be told.
    private static Dictionary<string, IEstimator<ITransformer>> Estimators(MLContext ml)
    {
        EmbeddingMatrix given = new([1, 2, 3, 4, 5, 6, -1, 0, 1, 0, -1, 2], 2, 6);
        Dictionary<string, IEstimator<ITransformer>> estimators = new()
        {
            ["center"] = ml.Transforms.CenterEmbedding("Output", "First"),
            ["standardize"] = ml.Transforms.StandardizeEmbedding("Output", "First"),
            ["standardize each"] = ml.Transforms.StandardizeEachEmbedding("Output", "First"),
            ["remove top"] = ml.Transforms.RemoveTopComponents("Output", "First", components: 2),
            ["remove directions"] = ml.Transforms.RemoveDirections("Output", "First", given),
            ["truncate"] = ml.Transforms.TruncateEmbedding("Output", 4, "First"),
            ["relative"] = ml.Transforms.RelativeRepresentation("Output", "First", new AnchorOptions { Anchors = 5 }),
            ["relative to given"] = ml.Transforms.RelativeRepresentation("Output", "First", given),
            ["conceptualize"] = ml.Transforms.Conceptualize("Output", "First", given, ["one", "two"]),
            ["align"] = ml.Transforms.AlignEmbedding("Output", "Second", "First"),
            ["align to fewer"] = ml.Transforms.AlignEmbedding("Output", "First", "Third", new AlignmentOptions { Kind = AlignmentKind.Ridge, Normalize = false }),
            ["pair"] = ml.Transforms.PairFeatures("Output", "First", "Second"),
            ["combine"] = ml.Transforms.CombineEmbeddings("Output", ["First", "Third"]),
            ["chain"] = ml.Transforms.TransformEmbedding("Output", "First", "center,whiten:zca(eps=0.01),standardize:vector,truncate:4,relative:3"),
            ["hidden"] = ml.Transforms.CopyColumns("Output", "First").Append(ml.Transforms.WhitenEmbedding("Output")).Append(ml.Transforms.CenterEmbedding("Output")),
        };
        foreach (WhiteningKind kind in Enum.GetValues<WhiteningKind>())
        {
            estimators.Add($"whiten {kind}", ml.Transforms.WhitenEmbedding("Output", "First", kind));
        }

        return estimators;
    }

    private void AssertSame(IEstimator<ITransformer> pipeline, params string[] columns)
    {
        IDataView view = View();
        ITransformer model = pipeline.Fit(view);
        IDataView expected = model.Transform(view);
        string[] outputs = [.. columns.Select(c => c + ".output")];
        IDataView applied = _ml.Transforms.ApplyOnnxModel(outputs, ["First", "Second", "Third", "Label"], Convert(Reloaded(model, view), view, columns)).Fit(view).Transform(view);
        foreach (string column in columns)
        {
            float[][] values = expected.Schema[column].Type is VectorDataViewType ? VectorRow.Read(expected, column) : [.. expected.GetColumn<float>(column).Select(v => new[] { v })];
            VectorRow.AssertClose(values, VectorRow.Read(applied, column), 1e-5f);
        }
    }

    // As an app has it that did not fit it.
    private ITransformer Reloaded(ITransformer model, IDataView view)
    {
        using MemoryStream stream = new();
        _ml.Model.Save(model, view.Schema, stream);
        stream.Position = 0;
        return new MLContext().Model.Load(stream, out _);
    }

    private string Convert(ITransformer model, IDataView view, params string[] columns)
    {
        string path = Path.Combine(_folder, "converted.onnx");
        using FileStream stream = File.Create(path);
        _ml.Model.ConvertToOnnx(model, view, stream, columns);
        return path;
    }

    private IDataView View()
    {
        VectorRow[] rows = VectorRow.Random(100);
        return _ml.Data.LoadFromEnumerable(rows.Select((r, i) => new Row { First = r.First, Second = r.Second, Third = r.Third, Label = (r.First[0] + r.First[1]) > 4.5f }));
    }

    private sealed class Row
    {
        [VectorType(VectorRow.Wide)]
        public float[] First { get; set; } = [];

        [VectorType(VectorRow.Wide)]
        public float[] Second { get; set; } = [];

        [VectorType(VectorRow.Narrow)]
        public float[] Third { get; set; } = [];

        public bool Label { get; set; }
    }

    private sealed class Named
    {
        public string Text { get; set; } = "";

        public bool Label { get; set; }
    }
}
