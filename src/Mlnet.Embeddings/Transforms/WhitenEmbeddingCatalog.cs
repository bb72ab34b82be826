using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings;

/// <summary>Whitening on <c>mlContext.Transforms</c>.</summary>
public static class WhitenEmbeddingCatalog
{
    /// <summary>Whitens vectors: x ↦ (x − μ)W, a quarter of the way to a covariance of I (<see cref="WhiteningOptions.Alpha"/>), the way that serves most tasks; then scales them to length 1.</summary>
    /// <remarks>
    /// <para><see cref="WhiteningTransform"/> says what few rows, constant and duplicate dimensions come to; nothing is ever NaN.</para>
    /// <para>ML.NET's own <c>VectorWhiten</c> (Microsoft.ML.Mkl.Components) multiplies by a matrix from a singular value decomposition of rows that it holds in memory, 100,000 at most by default, and does not subtract the mean:
    /// the second moments of what comes out are I, not the covariance, and means are not 0. <c>./build.sh bench vector-whiten</c> sets both side by side.</para>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass that holds a block of rows at a time, or <see cref="MomentsMappingEstimator.FitFrom"/> moments</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, d values, fewer with the PCA kinds where fewer are asked for or spanned; of length 1</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Huang et al. 2021 (WhiteningBERT), Su et al. 2021, Kessy, Lewin and Strimmer 2018</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="kind">The kind of whitening; ZCA keeps the dimensions and stays nearest to the vectors as they were.</param>
    /// <param name="dimensions">Dimensions kept, with the PCA kinds only; null for all that the rows span.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range or belongs to another kind.</exception>
    public static MomentsMappingEstimator WhitenEmbedding(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        WhiteningKind kind = WhiteningKind.Zca,
        int? dimensions = null) =>
        catalog.WhitenEmbedding(outputColumnName, inputColumnName, new WhiteningOptions { Kind = kind, Dimensions = dimensions });

    /// <summary>Whitens vectors, with all settings.</summary>
    /// <inheritdoc cref="WhitenEmbedding(TransformsCatalog, string, string?, WhiteningKind, int?)" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range or belongs to another kind; the message names it.</exception>
    public static MomentsMappingEstimator WhitenEmbedding(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        WhiteningOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new(
            MlnetAccess.EnvironmentOf(catalog),
            nameof(WhitenEmbedding),
            outputColumnName,
            inputColumnName,
            rows => WhiteningTransform.FitFrom(rows.Moments(options.Threads), options),
            moments => WhiteningTransform.FitFrom(moments, options))
        {
            IsNormalized = options.Normalize,
        };
    }
}
