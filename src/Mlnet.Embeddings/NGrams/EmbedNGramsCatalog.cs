using Microsoft.ML;
using Mlnet.Embeddings.NGrams;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Sums of n-gram embeddings on <c>mlContext.Transforms.Text</c>.</summary>
public static class EmbedNGramsCatalog
{
    /// <summary>Embeds a text as the sum of the embeddings of its n-grams, so that a linear trainer's scores can be told n-gram by n-gram.</summary>
    /// <inheritdoc cref="NGramEmbeddingEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The text column; null for the same name as the output, which then hides it.</param>
    /// <param name="model">The model; null for the bundled one, <see cref="EmbeddingModel.Default"/>.</param>
    /// <param name="maximumLength">The most words of an n-gram.</param>
    /// <exception cref="ArgumentException">A column has no name, or the length is out of its range.</exception>
    public static NGramEmbeddingEstimator EmbedNGrams(this TransformsCatalog.TextTransforms catalog, string outputColumnName, string? inputColumnName = null, EmbeddingModel? model = null, int maximumLength = 2) =>
        catalog.EmbedNGrams(outputColumnName, inputColumnName, new NGramEmbeddingOptions { Model = model, NGrams = new NGramOptions { MaximumLength = maximumLength } });

    /// <summary>Embeds a text as the sum of the embeddings of its n-grams, with all settings.</summary>
    /// <inheritdoc cref="NGramEmbeddingEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of text transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The text column; null for the same name as the output, which then hides it.</param>
    /// <param name="options">The settings; copied.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range.</exception>
    public static NGramEmbeddingEstimator EmbedNGrams(this TransformsCatalog.TextTransforms catalog, string outputColumnName, string? inputColumnName, NGramEmbeddingOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, inputColumnName ?? outputColumnName, options);
}
