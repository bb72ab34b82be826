using Microsoft.ML;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Text embeddings on <c>mlContext.Transforms.Text</c>.</summary>
public static class EmbedTextCatalog
{
    /// <summary>Embeds a text column: its rows become vectors that are close when the texts mean the same.</summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The text column; null for the same name as the output, which then hides it.</param>
    /// <param name="model">The model; null for the bundled one, <see cref="EmbeddingModel.Default"/>.</param>
    /// <param name="prompt">The name of one of the model's prompts, put before each text; null for none.</param>
    /// <exception cref="ArgumentException">The output has no name, or the model has no prompt of that name.</exception>
    public static TextEmbeddingEstimator EmbedText(
        this TransformsCatalog.TextTransforms catalog,
        string outputColumnName,
        string? inputColumnName = null,
        EmbeddingModel? model = null,
        string? prompt = null) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, inputColumnName, new TextEmbeddingOptions { Model = model, Prompt = prompt });

    /// <summary>Embeds a text column, with all settings.</summary>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The text column; null for the same name as the output, which then hides it.</param>
    /// <param name="options">The settings; copied.</param>
    /// <exception cref="ArgumentException">The output has no name, or the model has no prompt of the name in the options.</exception>
    public static TextEmbeddingEstimator EmbedText(
        this TransformsCatalog.TextTransforms catalog,
        string outputColumnName,
        string? inputColumnName,
        TextEmbeddingOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, inputColumnName, options);
}
