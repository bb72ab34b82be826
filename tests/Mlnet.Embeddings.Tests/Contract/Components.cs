using Microsoft.ML;

namespace Mlnet.Embeddings.Tests.Contract;

/// <summary>A component as the contract suite meets it.</summary>
/// <param name="Create">Makes the estimator anew.</param>
/// <param name="Input">The column it reads.</param>
/// <param name="Output">The column it adds: a vector of <see cref="float"/>.</param>
public sealed record Component(Func<MLContext, IEstimator<ITransformer>> Create, string Input, string Output)
{
    /// <summary>False where the documentation says that the component cannot be saved.</summary>
    public bool IsSavable { get; init; } = true;

    /// <summary>A column that has another type than the component reads.</summary>
    public required string WrongInput { get; init; }

    /// <summary>The same component reading <see cref="WrongInput"/>.</summary>
    public required Func<MLContext, IEstimator<ITransformer>> CreateWrong { get; init; }
}

/// <summary>All components, by name. A new one adds an entry here and has the whole suite run over it.</summary>
public static class Components
{
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
    };

    public static TheoryData<string> Names => [.. All.Keys];

    public static TheoryData<string> SavableNames => [.. All.Where(c => c.Value.IsSavable).Select(c => c.Key)];
}
