using Microsoft.ML;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Features without hubs on <c>mlContext.Transforms</c>.</summary>
public static class ReduceHubnessCatalog
{
    /// <summary>Turns vectors into features for any trainer that hubs do not distort: similarities to anchors among the fitted rows, rescaled by what is around anchor and vector.</summary>
    /// <inheritdoc cref="HubnessReducingEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="reduction">How distances are rescaled.</param>
    /// <param name="anchors">How many anchors, the features that come out.</param>
    /// <exception cref="ArgumentException">A column has no name, or there is no such reduction or no anchor.</exception>
    public static HubnessReducingEstimator ReduceHubness(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        HubnessReductionKind reduction = HubnessReductionKind.MutualProximityGaussian,
        int anchors = 256) =>
        catalog.ReduceHubness(outputColumnName, inputColumnName, new HubnessReducingOptions { Reduction = reduction, Anchors = anchors });

    /// <summary>Turns vectors into features for any trainer that hubs do not distort, with all settings: a chain of steps in vector space, similarities to anchors, or the one after the other.</summary>
    /// <inheritdoc cref="HubnessReducingEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="options">The settings; copied.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range.</exception>
    /// <exception cref="Transforms.TransformSyntaxException">The chain cannot be read; the message tells where and why.</exception>
    public static HubnessReducingEstimator ReduceHubness(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, HubnessReducingOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, inputColumnName ?? outputColumnName, options);
}
