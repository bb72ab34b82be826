using Microsoft.ML;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Scores of query and candidate on <c>mlContext.Transforms</c>.</summary>
public static class ScoreCandidatesCatalog
{
    /// <summary>Scores how similar each row's candidate is to its query, corrected for hubs; <c>mlContext.Ranking.Evaluate</c> takes the column as its score.</summary>
    /// <inheritdoc cref="CandidateScoringEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a <see cref="float"/>, larger for more similar candidates.</param>
    /// <param name="queryColumnName">The column with the queries' vectors.</param>
    /// <param name="candidateColumnName">The column with the candidates' vectors.</param>
    /// <param name="documents">The candidates that scales come from, in a column of the same name: all of a corpus; null for those of the rows that are fitted on.</param>
    /// <exception cref="ArgumentException">A column has no name.</exception>
    public static CandidateScoringEstimator ScoreCandidates(this TransformsCatalog catalog, string outputColumnName, string queryColumnName, string candidateColumnName, IDataView? documents = null) =>
        catalog.ScoreCandidates(outputColumnName, queryColumnName, candidateColumnName, new CandidateScoringOptions { Documents = documents });

    /// <summary>Scores how similar each row's candidate is to its query, corrected for hubs, with all settings.</summary>
    /// <inheritdoc cref="CandidateScoringEstimator" path="/remarks"/>
    /// <param name="catalog">The catalog of transforms.</param>
    /// <param name="outputColumnName">The column to add: a <see cref="float"/>, larger for more similar candidates.</param>
    /// <param name="queryColumnName">The column with the queries' vectors.</param>
    /// <param name="candidateColumnName">The column with the candidates' vectors.</param>
    /// <param name="options">The settings; copied.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range.</exception>
    public static CandidateScoringEstimator ScoreCandidates(this TransformsCatalog catalog, string outputColumnName, string queryColumnName, string candidateColumnName, CandidateScoringOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), outputColumnName, queryColumnName, candidateColumnName, options);
}
