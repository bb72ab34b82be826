using Microsoft.ML;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Neighbours among fitted rows on <c>mlContext.Transforms</c>.</summary>
public static class FindNeighborsCatalog
{
    /// <summary>Finds the rows, among those that were fitted on, whose vectors are nearest to each row's: adds their numbers and, as <c>{output}Distance</c>, how far they are.</summary>
    /// <inheritdoc cref="NeighborFindingEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: the row numbers, nearest first.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="neighbors">How many, k.</param>
    /// <exception cref="ArgumentException">A column has no name, or fewer than one neighbour is asked for.</exception>
    public static NeighborFindingEstimator FindNeighbors(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int neighbors = 10) =>
        catalog.FindNeighbors(outputColumnName, inputColumnName, new NeighborFindingOptions { Neighbors = neighbors });

    /// <summary>Finds the rows, among those that were fitted on, whose vectors are nearest to each row's, with all settings: rescaled distances, keys, and columns of the rows found.</summary>
    /// <inheritdoc cref="NeighborFindingEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: the keys of the rows found, nearest first; their numbers where no key column is named.</param>
    /// <param name="inputColumnName">The column of vectors, d values each; null for the same name as the output, which then hides it.</param>
    /// <param name="options">The settings; copied.</param>
    /// <exception cref="ArgumentException">A column has no name or that of another, or a setting is out of its range.</exception>
    public static NeighborFindingEstimator FindNeighbors(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName, NeighborFindingOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, inputColumnName ?? outputColumnName, options);
}
