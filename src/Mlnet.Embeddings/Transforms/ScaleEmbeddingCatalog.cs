using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Centring and z-scores on <c>mlContext.Transforms</c>.</summary>
public static class ScaleEmbeddingCatalog
{
    /// <summary>Centres vectors: x ↦ x − μ, the fitted rows' mean, which takes away the direction that all of a model's vectors share.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass that holds a block of rows at a time, or <see cref="MomentsMappingEstimator.FitFrom"/> moments</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Mu and Viswanath 2018, section 2</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static MomentsMappingEstimator CenterEmbedding(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null) =>
        new(MlnetAccess.EnvironmentOf(catalog), nameof(CenterEmbedding), outputColumnName, inputColumnName, rows => CenteringTransform.Fit(rows.Blocks(), rows.CancellationToken), CenteringTransform.FitFrom) { KeepsSlots = true };

    /// <summary>Z-scores per dimension: x ↦ (x − μ)/σ with the fitted rows' mean and standard deviation of each dimension; a dimension that was constant gives 0.</summary>
    /// <remarks>
    /// <para>A trainer with a penalty on weights may gain from the new scale alone: compare with its penalty tuned.</para>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass that holds a block of rows at a time, or <see cref="MomentsMappingEstimator.FitFrom"/> moments</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Standard score</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static MomentsMappingEstimator StandardizeEmbedding(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null) =>
        new(MlnetAccess.EnvironmentOf(catalog), nameof(StandardizeEmbedding), outputColumnName, inputColumnName, rows => StandardizationTransform.Fit(rows.Blocks(), rows.CancellationToken), StandardizationTransform.FitFrom) { KeepsSlots = true };

    /// <summary>Z-scores per vector: x ↦ (x − mean(x))/σ(x) over the vector's own values, which lessens hubness; a vector of equal values gives zeros.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, d values; of length √d</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Fei et al. 2021</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static VectorMappingEstimator StandardizeEachEmbedding(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null) =>
        new(MlnetAccess.EnvironmentOf(catalog), nameof(StandardizeEachEmbedding), outputColumnName, [inputColumnName], rows => new VectorStandardizationTransform(rows.Dimensions)) { KeepsSlots = true };
}
