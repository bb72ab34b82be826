using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Written chains and transforms fitted elsewhere on <c>mlContext.Transforms</c>.</summary>
public static class TransformEmbeddingCatalog
{
    /// <summary>Maps vectors by a chain of transforms that is written down, such as <c>center,whiten:zca,truncate:128,l2</c>.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Where a step does: one pass for each such step, and one to begin with; a centring and a whitening after it share theirs</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>; of length 1 where the last step sees to that</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description><see cref="TransformRecipe.Steps"/> lists the steps</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors; null for the same name as the output, which then hides it.</param>
    /// <param name="chain">The steps, joined by commas, each a name, a colon and a value where it takes one, and arguments in parentheses.</param>
    /// <param name="readVectors">Reads the files that <c>remove-directions</c> and <c>conceptualize</c> name; null where there are none.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    /// <exception cref="TransformSyntaxException">The chain cannot be read; the message tells where and why.</exception>
    public static VectorMappingEstimator TransformEmbedding(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, string chain, Func<string, EmbeddingMatrix>? readVectors = null)
    {
        TransformRecipe recipe = TransformRecipe.Parse(chain, readVectors);
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(TransformEmbedding), outputColumnName, [inputColumnName], rows => recipe.Fit(rows.Blocks(), Environment.ProcessorCount, rows.CancellationToken))
        {
            IsNormalized = recipe.IsNormalized,
            KeepsSlots = recipe.KeepsSlots,
        };
    }

    /// <summary>Maps vectors by a transform that was fitted elsewhere, such as one that <c>mlnet-embed transform --save</c> wrote and <see cref="VectorTransform.Load(string)"/> read.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>; what the transform gives</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>The transform names its own</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors; null for the same name as the output, which then hides it.</param>
    /// <param name="transform">The fitted transform.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static VectorMappingEstimator TransformEmbedding(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, VectorTransform transform)
    {
        ArgumentNullException.ThrowIfNull(transform);
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(TransformEmbedding), outputColumnName, [inputColumnName], _ => transform)
        {
            IsNormalized = transform.IsNormalized,
            HasSlotNames = transform.SlotNames is not null,
            KeepsSlots = transform.KeepsSlots,
        };
    }
}
