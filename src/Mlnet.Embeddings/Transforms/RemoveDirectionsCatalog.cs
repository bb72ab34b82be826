using System.Numerics.Tensors;
using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Removal of directions on <c>mlContext.Transforms</c>.</summary>
public static class RemoveDirectionsCatalog
{
    /// <summary>All-but-the-top: subtracts the fitted rows' mean and removes their leading principal components, which tell more of how frequent words are than of what they mean.</summary>
    /// <remarks>
    /// <para>For similarity, not for classifiers or clusters: <see cref="DirectionRemovalTransform.FitTop"/> has the figures.</para>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass that holds a block of rows at a time, or <see cref="MomentsMappingEstimator.FitFrom"/> moments</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Mu and Viswanath 2018</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="components">How many components, 0 to d; null for max(1, round(d/100)), the authors' rule of thumb.</param>
    /// <exception cref="ArgumentException">A column has no name, or fewer components than 0 are asked for; where there are more than dimensions, <c>Fit</c> says so.</exception>
    public static MomentsMappingEstimator RemoveTopComponents(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int? components = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(components ?? 0, nameof(components));
        return new(
            MlnetAccess.EnvironmentOf(catalog),
            nameof(RemoveTopComponents),
            outputColumnName,
            inputColumnName,
            rows => DirectionRemovalTransform.FitTopFrom(rows.Moments(Environment.ProcessorCount), components, Environment.ProcessorCount),
            moments => DirectionRemovalTransform.FitTopFrom(moments, components, Environment.ProcessorCount));
    }

    /// <summary>Projects given directions out of vectors: what they span is 0 afterwards.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Bolukbasi et al. 2016 (hard debiasing)</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="directions">m×d vectors of any length, which need not be orthogonal.</param>
    /// <exception cref="ArgumentException">A column has no name, or there is no direction, or all are zero, or one holds NaN or infinity.</exception>
    public static VectorMappingEstimator RemoveDirections(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, EmbeddingMatrix directions)
    {
        DirectionRemovalTransform removal = DirectionRemovalTransform.Of(directions);
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(RemoveDirections), outputColumnName, [inputColumnName], _ => removal);
    }

    /// <summary>Projects out of a model's vectors the directions in which pairs of texts differ, such as "he" and "she".</summary>
    /// <inheritdoc cref="RemoveDirections(TransformsCatalog, string, string?, EmbeddingMatrix)" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="model">The model that the column's vectors come from.</param>
    /// <param name="pairs">Pairs of texts; the direction of each is that from one to the other.</param>
    /// <exception cref="ArgumentException">A column has no name, or there is no pair, or the texts of all pairs have equal vectors.</exception>
    public static VectorMappingEstimator RemoveDirections(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, EmbeddingModel model, IReadOnlyList<(string From, string To)> pairs)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pairs);
        EmbeddingMatrix directions = model.Encode([.. pairs.Select(p => p.To)]);
        EmbeddingMatrix origins = model.Encode([.. pairs.Select(p => p.From)]);
        TensorPrimitives.Subtract<float>(directions.Values, origins.Values, directions.Values);
        return catalog.RemoveDirections(outputColumnName, inputColumnName, directions);
    }
}
