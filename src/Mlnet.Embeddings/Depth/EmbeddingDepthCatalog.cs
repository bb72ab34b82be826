using Microsoft.ML;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Statistical depth of embeddings on <c>mlContext.Transforms</c>.</summary>
public static class EmbeddingDepthCatalog
{
    /// <summary>Measures how representative each row's embedding is of the rows that are fitted on: its depth, high in the centre and low for outliers.</summary>
    /// <inheritdoc cref="EmbeddingDepthEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: the depth, a <see cref="float"/> from 0 to 2.</param>
    /// <param name="inputColumnName">The column of vectors; null for the same name as the output, which then hides it.</param>
    /// <param name="outlierScoreColumnName">A column to add with the share of the fitted rows that are deeper, a <see cref="float"/>; null for none.</param>
    /// <exception cref="ArgumentException">A column has no name, or two have one.</exception>
    public static EmbeddingDepthEstimator EmbeddingDepth(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, string? outlierScoreColumnName = null) =>
        new(MlnetAccess.EnvironmentOf(catalog), new(inputColumnName ?? outputColumnName, outputColumnName, outlierScoreColumnName));
}
