using Microsoft.ML;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.LongTexts;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.NGrams;
using Mlnet.Embeddings.Onnx;
using Mlnet.Embeddings.Onnx.Tests.Graphs;
using Mlnet.Embeddings.Pooling;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;
using Mlnet.Embeddings.ZeroShot;

namespace Mlnet.Embeddings.Tests.Contract;

/// <summary>A component as the contract suite meets it.</summary>
/// <param name="Create">Makes the estimator anew.</param>
/// <param name="Input">The column it reads.</param>
/// <param name="Output">The column it adds: a vector, or one value.</param>
public sealed record Component(Func<MLContext, IEstimator<ITransformer>> Create, string Input, string Output)
{
    /// <summary>What the vector is of.</summary>
    public Type ItemType { get; init; } = typeof(float);

    /// <summary>Whether trainers take it: a vector of <see cref="float"/> of a known size.</summary>
    public bool IsFeature { get; init; } = true;

    /// <summary>False where the documentation says that the component cannot be saved.</summary>
    public bool IsSavable { get; init; } = true;

    /// <summary>How far vectors may lie apart that are computed in other company: 0, or what the documentation allows.</summary>
    public float Tolerance { get; init; }

    /// <summary>Whether the output is one <see cref="float"/> in place of a vector.</summary>
    public bool IsScalar { get; init; }

    /// <summary>A column that has another type than the component reads.</summary>
    public required string WrongInput { get; init; }

    /// <summary>The same component reading <see cref="WrongInput"/>.</summary>
    public required Func<MLContext, IEstimator<ITransformer>> CreateWrong { get; init; }
}

/// <summary>All components, by name. A new one adds an entry here and has the whole suite run over it.</summary>
public static class Components
{
    // Small, with random weights: what it says of a text means nothing, and is computed as a large one's.
    private static readonly Lazy<OnnxModel> Transformer = new(() => TinyModel.Open(TinyModel.Files()));

    // Its chunks are so short that most of the texts have several.
    private static readonly Lazy<OnnxModel> Chunking = new(() => TinyModel.Open(TinyModel.Files(), new OnnxModelOptions { MaximumTokens = 6, LongTexts = new TextChunking() }));

    private static readonly Lazy<OnnxReranker> Reranker = new(() => OnnxReranker.FromFiles(TinyModel.Of(PairGraph.Files())));

    private static readonly LabelDescriptionClassifier Described = new(["low", "middle", "high"], new([1, 0, 1, 0, 1, 0, 0, -1, 2, 1, 0, -3], 3, 4), [0, 1, 2]);

    private static readonly Lazy<EmbeddingAdapter> Adapter = new(() =>
        new AdapterTrainer(new() { Architecture = new LinearArchitecture() }).Fit(AdapterTrainingData.FromLabels(new EmbeddingMatrix([.. SampleRow.Sixty.SelectMany(r => r.Vector)], 60, 4), [.. SampleRow.Sixty.Select(r => (int)r.Kind - 1)])).Adapter);

    public static readonly IReadOnlyDictionary<string, Component> All = new Dictionary<string, Component>
    {
        ["EmbedText"] = new(ml => ml.Transforms.Text.EmbedText("Embedding", "Text"), "Text", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Text.EmbedText("Embedding", "Number"),
        },
        ["EmbedText in place"] = new(ml => ml.Transforms.Text.EmbedText("Text"), "Text", "Text")
        {
            WrongInput = "Vector",
            CreateWrong = ml => ml.Transforms.Text.EmbedText("Vector"),
        },
        ["EmbedText from a generator"] = new(ml => ml.Transforms.Text.EmbedText("Embedding", "Text", EmbeddingModel.FromGenerator(new Letters(), new GeneratorOptions { BatchSize = 7 })), "Text", "Embedding")
        {
            IsSavable = false,
            WrongInput = "Words",
            CreateWrong = ml => ml.Transforms.Text.EmbedText("Embedding", "Words", EmbeddingModel.FromGenerator(new Letters())),
        },
        ["EmbedText by a transformer"] = new(ml => ml.Transforms.Text.EmbedText("Embedding", "Text", Transformer.Value), "Text", "Embedding")
        {
            Tolerance = 1e-5f,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Text.EmbedText("Embedding", "Number", Transformer.Value),
        },
        ["EmbedText by a transformer with a prompt"] = new(ml => ml.Transforms.Text.EmbedText("Embedding", "Text", Transformer.Value, "query"), "Text", "Embedding")
        {
            Tolerance = 1e-5f,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Text.EmbedText("Embedding", "Number", Transformer.Value, "query"),
        },
        ["RerankText"] = new(ml => ml.Transforms.Text.RerankText("Score", "Text", "Text", Reranker.Value), "Text", "Score")
        {
            IsScalar = true,
            Tolerance = 1e-5f,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Text.RerankText("Score", "Text", "Number", Reranker.Value),
        },
        ["EmbedText under several prompts"] = new(ml => ml.Transforms.Text.EmbedText("Embedding", "Text", new TextEmbeddingOptions { Model = Transformer.Value, Templates = [new("query: {text}"), new("{text} is")] }), "Text", "Embedding")
        {
            Tolerance = 1e-5f,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Text.EmbedText("Embedding", "Number", Transformer.Value),
        },
        ["EmbedText with chunks"] = new(ml => ml.Transforms.Text.EmbedText("Embedding", "Text", new TextEmbeddingOptions { Model = Chunking.Value, ChunkCountColumnName = "Chunks", ChunkStartsColumnName = "Starts" }), "Text", "Embedding")
        {
            Tolerance = 1e-5f,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Text.EmbedText("Embedding", "Number", new TextEmbeddingOptions { Model = Chunking.Value, ChunkCountColumnName = "Chunks" }),
        },
        ["TokenizeText"] = new(ml => ml.Transforms.Text.TokenizeText("Tokens", "Text"), "Text", "Tokens")
        {
            ItemType = typeof(int),
            IsFeature = false,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Text.TokenizeText("Tokens", "Number"),
        },
        ["TokenizeText by a transformer, with all columns"] = new(
            ml => ml.Transforms.Text.TokenizeText("Tokens", "Text", new TextTokenizingOptions { Model = Transformer.Value, Prompt = "query", StartsColumnName = "Starts", EndsColumnName = "Ends", MaskColumnName = "Mask" }), "Text", "Tokens")
        {
            ItemType = typeof(int),
            IsFeature = false,
            WrongInput = "Words",
            CreateWrong = ml => ml.Transforms.Text.TokenizeText("Tokens", "Words", Transformer.Value),
        },
        ["EncodeTokens"] = new(ml => ml.Transforms.Text.EncodeTokens("States", "Text", Transformer.Value, maskColumnName: "Mask"), "Text", "States")
        {
            IsFeature = false,
            Tolerance = 1e-5f,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Text.EncodeTokens("States", "Number", Transformer.Value),
        },
        ["PoolTokens"] = new(ml => ml.Transforms.PoolTokens("Embedding", "Vector", new TokenPoolingOptions { Dimensions = 2, Pooling = new ConcatenatedPooling(new ClsPooling(), new MeanPooling()) }), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.PoolTokens("Embedding", "Number", new TokenPoolingOptions { Dimensions = 2 }),
        },
        ["PoolTokens by trained latent attention"] = new(ml => ml.Transforms.PoolTokens("Embedding", "Vector", Trained(new LatentAttentionHead(latents: 3, heads: 1))), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.PoolTokens("Embedding", "Number", Trained(new LatentAttentionHead(latents: 3, heads: 1))),
        },
        ["PoolTokens by trained attention over layers"] = new(ml => ml.Transforms.PoolTokens("Embedding", "Vector", Trained(new MultiLayerAttentionHead(queries: 2, heads: 1), layers: 2)), "Vector", "Embedding")
        {
            WrongInput = "Text",
            CreateWrong = ml => ml.Transforms.PoolTokens("Embedding", "Text", Trained(new MultiLayerAttentionHead(queries: 2, heads: 1), layers: 2)),
        },
        ["WhitenEmbedding"] = new(ml => ml.Transforms.WhitenEmbedding("Embedding", "Vector"), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.WhitenEmbedding("Embedding", "Number"),
        },
        ["WhitenEmbedding by PCA, not scaled"] = new(ml => ml.Transforms.WhitenEmbedding("Embedding", "Vector", new WhiteningOptions { Kind = WhiteningKind.Pca, Epsilon = 0.1, Dimensions = 1, Normalize = false }), "Vector", "Embedding")
        {
            WrongInput = "Words",
            CreateWrong = ml => ml.Transforms.WhitenEmbedding("Embedding", "Words", new WhiteningOptions { Kind = WhiteningKind.Pca, Epsilon = 0.1, Dimensions = 1, Normalize = false }),
        },
        ["CenterEmbedding in place"] = new(ml => ml.Transforms.CenterEmbedding("Vector"), "Vector", "Vector")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.CenterEmbedding("Number"),
        },
        ["StandardizeEmbedding"] = new(ml => ml.Transforms.StandardizeEmbedding("Embedding", "Vector"), "Vector", "Embedding")
        {
            WrongInput = "Text",
            CreateWrong = ml => ml.Transforms.StandardizeEmbedding("Embedding", "Text"),
        },
        ["StandardizeEachEmbedding"] = new(ml => ml.Transforms.StandardizeEachEmbedding("Embedding", "Vector"), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.StandardizeEachEmbedding("Embedding", "Number"),
        },
        ["RemoveTopComponents"] = new(ml => ml.Transforms.RemoveTopComponents("Embedding", "Vector"), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.RemoveTopComponents("Embedding", "Number"),
        },
        ["RemoveDirections"] = new(ml => ml.Transforms.RemoveDirections("Embedding", "Vector", new EmbeddingMatrix([1, 0, 1, 0], 1, 4)), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.RemoveDirections("Embedding", "Number", new EmbeddingMatrix([1, 0, 1, 0], 1, 4)),
        },
        ["TruncateEmbedding"] = new(ml => ml.Transforms.TruncateEmbedding("Embedding", 2, "Vector"), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.TruncateEmbedding("Embedding", 2, "Number"),
        },
        ["RelativeRepresentation"] = new(ml => ml.Transforms.RelativeRepresentation("Embedding", "Vector", new AnchorOptions { Anchors = 3 }), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.RelativeRepresentation("Embedding", "Number", new AnchorOptions { Anchors = 3 }),
        },
        ["Conceptualize"] = new(ml => ml.Transforms.Conceptualize("Embedding", "Vector", new EmbeddingMatrix([1, 0, 1, 0, 0, 0, 0, 1], 2, 4), ["late", "lost"]), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Conceptualize("Embedding", "Number", new EmbeddingMatrix([1, 0, 1, 0, 0, 0, 0, 1], 2, 4), ["late", "lost"]),
        },
        ["AlignEmbedding"] = new(ml => ml.Transforms.AlignEmbedding("Embedding", "Vector", "Vector"), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.AlignEmbedding("Embedding", "Number", "Number"),
        },
        ["PairFeatures"] = new(ml => ml.Transforms.PairFeatures("Embedding", "Vector", "Vector"), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.PairFeatures("Embedding", "Number", "Number"),
        },
        ["CombineEmbeddings"] = new(ml => ml.Transforms.CombineEmbeddings("Embedding", ["Vector", "Vector"], [1, 2]), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.CombineEmbeddings("Embedding", ["Number", "Number"], [1, 2]),
        },
        ["QuantizeEmbedding"] = new(ml => ml.Transforms.QuantizeEmbedding("Embedding", "Vector"), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.QuantizeEmbedding("Embedding", "Number"),
        },
        ["QuantizeEmbedding to bits"] = new(ml => ml.Transforms.QuantizeEmbedding("Embedding", "Vector", new QuantizationOptions { Kind = QuantizationKind.Binary, Threshold = BinaryThreshold.Mean }), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.QuantizeEmbedding("Embedding", "Number", new QuantizationOptions { Kind = QuantizationKind.Binary }),
        },
        ["QuantizeEmbedding to codes"] = new(ml => ml.Transforms.QuantizeEmbedding("Codes", "Vector", new QuantizationOptions { Form = QuantizedForm.SignedBytes }), "Vector", "Codes")
        {
            ItemType = typeof(sbyte),
            IsFeature = false,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.QuantizeEmbedding("Codes", "Number"),
        },
        ["QuantizeEmbedding to packed bytes"] = new(ml => ml.Transforms.QuantizeEmbedding("Codes", "Vector", new QuantizationOptions { Kind = QuantizationKind.Binary, Form = QuantizedForm.PackedBytes }), "Vector", "Codes")
        {
            ItemType = typeof(byte),
            IsFeature = false,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.QuantizeEmbedding("Codes", "Number"),
        },
        ["QuantizeEmbedding to packed words"] = new(ml => ml.Transforms.QuantizeEmbedding("Codes", "Vector", new QuantizationOptions { Kind = QuantizationKind.Binary, Form = QuantizedForm.PackedWords }), "Vector", "Codes")
        {
            ItemType = typeof(ulong),
            IsFeature = false,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.QuantizeEmbedding("Codes", "Number"),
        },
        ["TransformEmbedding"] = new(ml => ml.Transforms.TransformEmbedding("Embedding", "Vector", "center,whiten:zca(eps=0.01),truncate:3,quantize:int8,l2"), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.TransformEmbedding("Embedding", "Number", "center,whiten:zca(eps=0.01),truncate:3,quantize:int8,l2"),
        },
        ["AdaptEmbedding"] = new(ml => ml.Transforms.AdaptEmbedding("Embedding", "Vector", "Kind", new() { Architecture = new LowRankArchitecture(2) }), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.AdaptEmbedding("Embedding", "Number", "Kind"),
        },
        ["AdaptEmbedding in place, with probabilities"] = new(
            ml => ml.Transforms.AdaptEmbedding("Vector", null, new EmbeddingAdaptingOptions { LabelColumnName = "Label", ProbabilityColumnName = "Probabilities", Training = new() { Architecture = new BottleneckArchitecture(), NormalizeOutput = true } }), "Vector", "Vector")
        {
            WrongInput = "Words",
            CreateWrong = ml => ml.Transforms.AdaptEmbedding("Embedding", "Vector", "Words"),
        },
        ["AdaptEmbedding on pairs, with two towers"] = new(
            ml => ml.Transforms.AdaptEmbedding("Embedding", "Vector", new EmbeddingAdaptingOptions { PartnerColumnName = "Vector", PartnerOutputColumnName = "Partner", Training = new() { Architecture = new TwoTowerArchitecture(new LinearArchitecture(), new MlpArchitecture()) } }), "Vector", "Embedding")
        {
            WrongInput = "Text",
            CreateWrong = ml => ml.Transforms.AdaptEmbedding("Embedding", "Vector", new EmbeddingAdaptingOptions { PartnerColumnName = "Vector", PartnerOutputColumnName = "Partner", ScoreColumnName = "Text" }),
        },
        ["AdaptEmbedding by a trained adapter"] = new(ml => ml.Transforms.AdaptEmbedding("Embedding", "Vector", Adapter.Value), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.AdaptEmbedding("Embedding", "Number", Adapter.Value),
        },
        ["FindNeighbors"] = new(ml => ml.Transforms.FindNeighbors("Neighbors", "Vector", 5), "Vector", "Neighbors")
        {
            ItemType = typeof(int),
            IsFeature = false,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.FindNeighbors("Neighbors", "Number", 5),
        },
        ["FindNeighbors rescaled, with columns"] = new(
            ml => ml.Transforms.FindNeighbors("Neighbors", "Vector", new NeighborFindingOptions { Neighbors = 5, Reduction = HubnessReductionKind.MutualProximityEmpirical, KeyColumnName = "Number", Columns = [new("Texts", "Text"), new("Kinds", "Kind")] }), "Vector", "Neighbors")
        {
            WrongInput = "Words",
            CreateWrong = ml => ml.Transforms.FindNeighbors("Neighbors", "Vector", new NeighborFindingOptions { Neighbors = 5, Columns = [new("Texts", "Words")] }),
        },
        ["NearestNeighbors"] = new(ml => ml.MulticlassClassification.Trainers.NearestNeighbors("Kind", "Vector"), "Vector", "Score")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.MulticlassClassification.Trainers.NearestNeighbors("Kind", "Number"),
        },
        ["NearestNeighbors rescaled"] = new(ml => ml.MulticlassClassification.Trainers.NearestNeighbors("Kind", "Vector", 3, HubnessReductionKind.DisSimLocal), "Vector", "Score")
        {
            WrongInput = "Text",
            CreateWrong = ml => ml.MulticlassClassification.Trainers.NearestNeighbors("Text", "Vector"),
        },
        ["ReduceHubness"] = new(ml => ml.Transforms.ReduceHubness("Embedding", "Vector", anchors: 3), "Vector", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.ReduceHubness("Embedding", "Number", anchors: 3),
        },
        ["ReduceHubness in place, after a chain"] = new(ml => ml.Transforms.ReduceHubness("Vector", null, new HubnessReducingOptions { Chain = "fnorm", Reduction = HubnessReductionKind.MutualProximityGamma, Anchors = 3 }), "Vector", "Vector")
        {
            Tolerance = 1e-5f,
            WrongInput = "Text",
            CreateWrong = ml => ml.Transforms.ReduceHubness("Text", anchors: 3),
        },
        ["ReduceHubness by a chain alone"] = new(ml => ml.Transforms.ReduceHubness("Embedding", "Vector", new HubnessReducingOptions { Chain = "center,l2", Reduction = null }), "Vector", "Embedding")
        {
            Tolerance = 1e-5f,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.ReduceHubness("Embedding", "Number", new HubnessReducingOptions { Chain = "center,l2", Reduction = null }),
        },
        ["ScoreCandidates"] = new(ml => ml.Transforms.ScoreCandidates("Score", "Vector", "Vector"), "Vector", "Score")
        {
            IsScalar = true,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.ScoreCandidates("Score", "Vector", "Number"),
        },
        ["DensityTree"] = new(ml => ml.Clustering.Trainers.DensityTree("Vector", 5), "Vector", "Score")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Clustering.Trainers.DensityTree("Number"),
        },
        ["DensityTree by leaves, Euclidean"] = new(
            ml => ml.Clustering.Trainers.DensityTree(new DensityTreeTrainerOptions { FeatureColumnName = "Vector", PathColumnName = "Path", Tree = new() { Metric = VectorMetric.Euclidean, Selection = ClusterSelection.Leaves, MinimumClusterSize = 4, MinimumPoints = 2 } }), "Vector", "Score")
        {
            WrongInput = "Text",
            CreateWrong = ml => ml.Clustering.Trainers.DensityTree("Text"),
        },
        ["EmbedNGrams"] = new(ml => ml.Transforms.Text.EmbedNGrams("Embedding", "Text"), "Text", "Embedding")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.Text.EmbedNGrams("Embedding", "Number"),
        },
        ["EmbedNGrams by a transformer, those that are common"] = new(
            ml => ml.Transforms.Text.EmbedNGrams("Embedding", "Text", new NGramEmbeddingOptions { Model = Transformer.Value, NGrams = new() { MinimumCount = 3, Normalize = true, Scaling = NGramScaling.SquareRoot } }), "Text", "Embedding")
        {
            Tolerance = 2e-5f,
            WrongInput = "Words",
            CreateWrong = ml => ml.Transforms.Text.EmbedNGrams("Embedding", "Words", new NGramEmbeddingOptions { Model = Transformer.Value, NGrams = new() { MinimumCount = 3 } }),
        },
        ["EmbeddingDepth"] = new(ml => ml.Transforms.EmbeddingDepth("Depth", "Vector"), "Vector", "Depth")
        {
            IsScalar = true,
            WrongInput = "Number",
            CreateWrong = ml => ml.Transforms.EmbeddingDepth("Depth", "Number"),
        },
        ["EmbeddingDepth with outlier scores"] = new(ml => ml.Transforms.EmbeddingDepth("Depth", "Vector", "Outlier"), "Vector", "Outlier")
        {
            IsScalar = true,
            WrongInput = "Words",
            CreateWrong = ml => ml.Transforms.EmbeddingDepth("Depth", "Words", "Outlier"),
        },
        ["ZeroShot"] = new(ml => ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = Described, FeatureColumnName = "Vector" }), "Vector", "Score")
        {
            WrongInput = "Number",
            CreateWrong = ml => ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = Described, FeatureColumnName = "Number" }),
        },
        ["ZeroShot refined"] = new(
            ml => ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = Described, FeatureColumnName = "Vector", Refinement = new() { CleanOutliers = true } }), "Vector", "Score")
        {
            WrongInput = "Text",
            CreateWrong = ml => ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = Described, FeatureColumnName = "Text", Refinement = new() }),
        },
    };

    private static TrainedPoolingOptions Trained(AdapterArchitecture head, int? layers = null) => new()
    {
        Dimensions = 2,
        Layers = layers,
        LabelColumnName = "Kind",
        Training = new AdapterTrainerOptions { Architecture = head, Epochs = 2, BatchSize = 32 },
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static TheoryData<string> SavableNames => [.. All.Where(c => c.Value.IsSavable).Select(c => c.Key)];
}
