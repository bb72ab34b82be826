using Microsoft.ML;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Adapters of embeddings on <c>mlContext.Transforms</c>.</summary>
public static class AdaptEmbeddingCatalog
{
    /// <summary>Improves embeddings by an adapter that is trained on labels: rows of one class come nearer to each other.</summary>
    /// <inheritdoc cref="EmbeddingAdaptingEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of embeddings; null for the same name as the output, which then hides it.</param>
    /// <param name="labelColumnName">The column of classes: a key, text, a number or a boolean; only the fit reads it.</param>
    /// <param name="training">The adapter's form, the loss and how it is trained; null for the defaults.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range.</exception>
    public static EmbeddingAdaptingEstimator AdaptEmbedding(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, string labelColumnName, AdapterTrainerOptions? training = null) =>
        catalog.AdaptEmbedding(outputColumnName, inputColumnName, new EmbeddingAdaptingOptions { LabelColumnName = labelColumnName, Training = training ?? new() });

    /// <summary>Improves embeddings by an adapter that is trained on labels, pairs, scored pairs, triplets or judgements of relevance.</summary>
    /// <inheritdoc cref="EmbeddingAdaptingEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of embeddings: rows, queries or anchors; null for the same name as the output, which then hides it.</param>
    /// <param name="options">The other columns, and how the adapter is trained; copied.</param>
    /// <exception cref="ArgumentException">A column has no name, columns do not go together, or a setting is out of its range.</exception>
    public static EmbeddingAdaptingEstimator AdaptEmbedding(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, EmbeddingAdaptingOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, inputColumnName ?? outputColumnName, options);

    /// <summary>Improves embeddings by an adapter that was trained elsewhere, such as the one of passages in a pipeline that indexes them.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/></description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Houlsby et al. 2019 (bottleneck); Hu et al. 2022 (low rank)</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of embeddings; null for the same name as the output, which then hides it.</param>
    /// <param name="adapter">The adapter: <c>transformer.Adapter</c>, <c>transformer.Towers.Passage</c>, or what <see cref="AdapterTrainer"/> made.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static VectorMappingEstimator AdaptEmbedding(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, EmbeddingAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(AdaptEmbedding), outputColumnName, [inputColumnName], _ => adapter) { IsNormalized = adapter.IsNormalized };
    }
}
