using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Onnx.Tests.GraphFiles;
using Mlnet.Embeddings.Onnx.Tests.Graphs;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Onnx.Tests.Export;

/// <summary>Models with a trained adapter as one graph, beside the same adapter in this library.</summary>
public class AdapterExportTests
{
    private static readonly string[] Texts = ["the parcel has not arrived", "my order is late again, where is the delivery van", "refund", ""];

    public static TheoryData<string> Names => [.. Architectures.Keys];

    private static Dictionary<string, AdapterArchitecture> Architectures => new()
    {
        ["linear"] = new LinearArchitecture(),
        ["linear to fewer"] = new LinearArchitecture(5),
        ["low-rank"] = new LowRankArchitecture(3),
        ["bottleneck relu"] = new BottleneckArchitecture(6),
        ["bottleneck tanh"] = new BottleneckArchitecture(6, AdapterActivation.Tanh),
        ["mlp gelu"] = new MlpArchitecture([7, 6], AdapterActivation.Gelu, 4),
        ["identity"] = new TwoTowerArchitecture(new IdentityArchitecture(), new LinearArchitecture()),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_model_with_a_trained_adapter_is_one_graph(string name)
    {
        using OnnxModel model = TinyModel.Open(TinyModel.Files());
        AdapterTrainingData data = AdapterTrainingData.FromPairs(Uniform(60, model.Dimensions, 1), Uniform(60, model.Dimensions, 2));
        AssertSame(model, Fit(data, Architectures[name], normalize: name.Contains("linear", StringComparison.Ordinal)).Adapter);
    }

    [Fact]
    public void A_classifier_above_an_adapter_is_in_the_graph_with_what_comes_before()
    {
        using OnnxModel model = TinyModel.Open(TinyModel.Files());
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 3)];
        AdapterClassifier classifier = Fit(AdapterTrainingData.FromLabels(Uniform(60, model.Dimensions, 3), labels), new BottleneckArchitecture(5, AdapterActivation.Gelu), normalize: false).Classifier!;
        AssertSame(model, new TransformChain([new UnitLengthTransform(model.Dimensions), classifier]));
    }

    private static AdapterTrainingResult Fit(AdapterTrainingData data, AdapterArchitecture architecture, bool normalize) =>
        new AdapterTrainer(new() { Architecture = architecture, Epochs = 4, LearningRate = 0.1, ValidationShare = 0, NormalizeOutput = normalize }).Fit(data, cancellationToken: TestContext.Current.CancellationToken);

    private static void AssertSame(OnnxModel model, VectorTransform transform)
    {
        using TestFolder folder = new();
        EmbeddingModel adapted = model.WithTransform(transform);
        adapted.ExportOnnx(folder["fused.onnx"]);
        Plain.AssertClose([.. Texts.SelectMany(adapted.Encode)], FusedRun.Of(File.ReadAllBytes(folder["fused.onnx"]), model, Texts, dimensions: adapted.Dimensions));
    }

    private static EmbeddingMatrix Uniform(int rows, int dimensions, int seed)
    {
        Random random = new(seed);
        EmbeddingMatrix result = new(rows, dimensions);
        foreach (ref float value in result.Values)
        {
            value = random.NextSingle() - 0.5f;
        }

        return result;
    }
}
