using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Truncation on <c>mlContext.Transforms</c>.</summary>
public static class TruncateEmbeddingCatalog
{
    /// <summary>Keeps the first k of d dimensions: for models trained so (Matryoshka), and for vectors on their principal axes.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, k values; of length 1 unless that is switched off</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Kusupati et al. 2022 (Matryoshka representation learning)</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="dimensions">k, 1 to d.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="normalize">Whether the shortened vectors are scaled to length 1. Yes, because stores and trainers expect unit vectors.</param>
    /// <exception cref="ArgumentException">A column has no name, or k is below 1; where k exceeds d, <c>Fit</c> says so.</exception>
    public static VectorMappingEstimator TruncateEmbedding(this TransformsCatalog catalog, string outputColumnName, int dimensions, string? inputColumnName = null, bool normalize = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(TruncateEmbedding), outputColumnName, [inputColumnName], rows => new TruncationTransform(rows.Dimensions, dimensions, normalize))
        {
            IsNormalized = normalize,
            KeepsSlots = true,
        };
    }
}
