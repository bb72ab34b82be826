using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Similarities to anchors on <c>mlContext.Transforms</c>.</summary>
public static class AnchorEmbeddingCatalog
{
    /// <summary>A relative representation: the cosines of a vector to k anchors among the fitted rows.</summary>
    /// <remarks>
    /// <para>Relative representations of two models over the same anchor texts can be compared with each other.</para>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass; a sample of 20,000 rows is held</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, k values in [−1, 1]</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Moschella et al. 2023</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="options">How many anchors, and how chosen; null for 128 that lie farthest from each other.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range; the message names it.</exception>
    public static VectorMappingEstimator RelativeRepresentation(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, AnchorOptions? options = null)
    {
        options?.Validate();
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(RelativeRepresentation), outputColumnName, [inputColumnName], rows => AnchorSimilarity.Fit(rows.Blocks(), options, rows.CancellationToken));
    }

    /// <summary>A relative representation: the cosines of a vector to given anchors.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, k values in [−1, 1]</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Moschella et al. 2023</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="anchors">k×d vectors, none zero.</param>
    /// <exception cref="ArgumentException">A column has no name, or there is no anchor, or one is zero or not finite.</exception>
    public static VectorMappingEstimator RelativeRepresentation(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, EmbeddingMatrix anchors)
    {
        AnchorSimilarity similarity = AnchorSimilarity.Of(anchors);
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(RelativeRepresentation), outputColumnName, [inputColumnName], _ => similarity);
    }

    /// <summary>Conceptualization: the cosines of a vector to named concepts, so that each slot of the output can be read.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, a slot for each concept, with its name; values in [−1, 1]</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Simhi and Markovitch 2023; Gabrilovich and Markovitch 2007 (explicit semantic analysis)</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="concepts">k×d vectors of the concepts, none zero.</param>
    /// <param name="names">Their k names.</param>
    /// <exception cref="ArgumentException">A column has no name, or there is no concept, one is zero or not finite, or there are more or fewer names.</exception>
    public static VectorMappingEstimator Conceptualize(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, EmbeddingMatrix concepts, IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        AnchorSimilarity similarity = AnchorSimilarity.Of(concepts, names);
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(Conceptualize), outputColumnName, [inputColumnName], _ => similarity) { HasSlotNames = true };
    }

    /// <summary>Conceptualization with concepts that are texts: the cosines of a vector to their embeddings, in slots of their names.</summary>
    /// <inheritdoc cref="Conceptualize(TransformsCatalog, string, string?, EmbeddingMatrix, IReadOnlyList{string})" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="model">The model that the column's vectors come from.</param>
    /// <param name="concepts">The concepts, such as "sport" or "late delivery".</param>
    /// <exception cref="ArgumentException">A column has no name, or there is no concept, or the model knows no word of one.</exception>
    public static VectorMappingEstimator Conceptualize(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, EmbeddingModel model, IReadOnlyList<string> concepts)
    {
        ArgumentNullException.ThrowIfNull(model);
        return catalog.Conceptualize(outputColumnName, inputColumnName, model.Encode(concepts), concepts);
    }
}
