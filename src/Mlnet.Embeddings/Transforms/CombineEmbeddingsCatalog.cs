using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Features of several vectors on <c>mlContext.Transforms</c>.</summary>
public static class CombineEmbeddingsCatalog
{
    /// <summary>Features of a pair of vectors u, v for a trainer: u, v, |u − v|, u ∘ v and their cosine.</summary>
    /// <remarks>
    /// <para>With a column of groups they feed FastTree's and LightGBM's ranking. From few examples less teaches more: on TrecQA's 78 questions the cosine with counts of shared words ranks better than the cosine, all features do not (<c>./build.sh bench ranking</c>).</para>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Two known-sized vectors of <see cref="float"/>, d values each</description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, 4d + 1 values with all parts; slots u0 …, v0 …, difference0 …, product0 …, cosine</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Conneau et al. 2017 (InferSent), Reimers and Gurevych 2019</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="firstColumnName">The column of u.</param>
    /// <param name="secondColumnName">The column of v, of the same size.</param>
    /// <param name="parts">What to give out; all by default.</param>
    /// <exception cref="ArgumentException">A column has no name, or no part is asked for.</exception>
    public static VectorMappingEstimator PairFeatures(this TransformsCatalog catalog, string outputColumnName, string firstColumnName, string secondColumnName, PairFeatureParts parts = PairFeatureParts.All)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(firstColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(secondColumnName);
        Transforms.PairFeatures.Check(parts);
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(PairFeatures), outputColumnName, [firstColumnName, secondColumnName], Fit) { HasSlotNames = true };

        PairFeatures Fit(VectorRows rows) => rows.Sizes[0] == rows.Sizes[1] ? new PairFeatures(rows.Sizes[0], parts)
            : throw new ArgumentException($"{nameof(PairFeatures)} compares vectors of one model; '{firstColumnName}' has {rows.Sizes[0]} values and '{secondColumnName}' has {rows.Sizes[1]}.");
    }

    /// <summary>Several models' vectors of one text as one: side by side, each scaled to length 1 and weighted; then scaled to length 1.</summary>
    /// <remarks>
    /// <para>The cosine of two such vectors is the mean of the models' cosines, weighted by the squares of their weights.</para>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vectors of <see cref="float"/></description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, as many values as all inputs together; of length 1</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Yin and Schütze 2016 (meta-embeddings)</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnNames">The columns of vectors.</param>
    /// <param name="weights">A weight for each column, above 0; null for equal ones.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static VectorMappingEstimator CombineEmbeddings(this TransformsCatalog catalog, string outputColumnName, IReadOnlyList<string> inputColumnNames, IReadOnlyList<float>? weights = null) =>
        new(MlnetAccess.EnvironmentOf(catalog), nameof(CombineEmbeddings), outputColumnName, inputColumnNames, rows => EmbeddingCombination.Concatenate(rows.Sizes, weights)) { IsNormalized = true };

    /// <summary>The average of several models' vectors of one text in the space of one of them, each scaled to length 1 and weighted; then scaled to length 1.</summary>
    /// <remarks>
    /// <para>Estimator characteristics</para>
    /// <list type="table">
    /// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
    /// <item><term>Input column data type</term><description>Known-sized vectors of <see cref="float"/></description></item>
    /// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, the values of the common space; of length 1</description></item>
    /// <item><term>Exportable to ONNX</term><description>Yes</description></item>
    /// <item><term>Source</term><description>Coates and Bollegala 2018</description></item>
    /// </list>
    /// </remarks>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnNames">The columns of vectors.</param>
    /// <param name="alignments">For each column its map into the common space, as <c>AlignEmbedding</c> fits it; null for one that lives there.</param>
    /// <param name="weights">A weight for each column, above 0; null for equal ones.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static VectorMappingEstimator CombineEmbeddings(this TransformsCatalog catalog, string outputColumnName, IReadOnlyList<string> inputColumnNames, IReadOnlyList<AlignmentTransform?> alignments, IReadOnlyList<float>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(alignments);
        return new(MlnetAccess.EnvironmentOf(catalog), nameof(CombineEmbeddings), outputColumnName, inputColumnNames, rows => EmbeddingCombination.Average(rows.Sizes, alignments, weights)) { IsNormalized = true };
    }
}
