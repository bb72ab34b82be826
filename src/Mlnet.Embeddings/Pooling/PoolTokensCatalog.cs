using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings;

/// <summary>Pooling of token states on <c>mlContext.Transforms</c>.</summary>
public static class PoolTokensCatalog
{
    /// <summary>Makes one vector of the token states in a column, such as <c>EncodeTokens</c> gives.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of states, T·d values of <see cref="float"/> token after token; null for the same name as the output, which then hides it.</param>
    /// <param name="pooling">The mode, or a <see cref="ConcatenatedPooling"/> of several; null for <see cref="MeanPooling"/>.</param>
    /// <param name="maskColumnName">The column with which tokens take part in averages, T values of <see cref="bool"/>; null where all do.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static TokenPoolingEstimator PoolTokens(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName = null,
        TokenPooling? pooling = null,
        string? maskColumnName = null) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, inputColumnName, new TokenPoolingOptions { Pooling = pooling, MaskColumnName = maskColumnName });

    /// <summary>Makes one vector of the token states in a column, with all settings.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of states, T·d values of <see cref="float"/> token after token; null for the same name as the output, which then hides it.</param>
    /// <param name="options">The settings; copied.</param>
    /// <exception cref="ArgumentException">A column has no name, or a number is out of its range.</exception>
    public static TokenPoolingEstimator PoolTokens(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        TokenPoolingOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, inputColumnName, options);

    /// <summary>Trains attention over token states, or over the states of several layers, on labels or pairs, and makes one vector of the states by it.</summary>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a known-sized vector of <see cref="float"/>.</param>
    /// <param name="inputColumnName">The column of states, T·d values of <see cref="float"/> token after token, or L·T·d layer after layer; null for the same name as the output, which then hides it.</param>
    /// <param name="options">What is trained, on which columns and how; copied.</param>
    /// <exception cref="ArgumentException">A column has no name, or settings contradict each other.</exception>
    public static TrainedPoolingEstimator PoolTokens(
        this TransformsCatalog catalog,
        string outputColumnName,
        string? inputColumnName,
        TrainedPoolingOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, inputColumnName ?? outputColumnName, options);
}
