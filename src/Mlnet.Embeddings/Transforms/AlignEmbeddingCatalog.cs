using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Alignment of two models' spaces on <c>mlContext.Transforms</c>.</summary>
public static class AlignEmbeddingCatalog
{
    /// <summary>Maps one model's vectors into another's space, fitted on the same texts embedded by both, so that a store of old vectors can be queried by a new model.</summary>
    /// <remarks>
    /// <para>The fitted <see cref="AlignmentTransform"/>, the transformer's <see cref="VectorMappingTransformer.Fitted"/>, tells the mean cosine over pairs held out.</para>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass; all rows of both columns are held, so fit on some thousands</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values; the fit also reads one of k values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, k values; of length 1 unless that is switched off</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Schönemann 1966 (orthogonal Procrustes), Hoerl and Kennard 1970 (ridge)</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors to map.</param>
    /// <param name="targetColumnName">The column of the other model's vectors; only the fit reads it.</param>
    /// <param name="options">The kind of map; null for a rotation (Procrustes), which needs equal dimensions.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range; the message names it.</exception>
    public static VectorMappingEstimator AlignEmbedding(this TransformsCatalog catalog, string outputColumnName, string inputColumnName, string targetColumnName, AlignmentOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(targetColumnName);
        options?.Validate();
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(AlignEmbedding), outputColumnName, [inputColumnName], Fit)
        {
            IsNormalized = (options ?? new()).Normalize,
            TargetColumnName = targetColumnName,
        };

        AlignmentTransform Fit(VectorRows rows) => rows.Columns() is [EmbeddingMatrix source, EmbeddingMatrix target] ? AlignmentTransform.Fit(source, target, options) : throw new InvalidOperationException("An alignment is fitted on two columns.");
    }
}
