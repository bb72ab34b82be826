namespace Mlnet.Embeddings.Adapters;

/// <summary>How relevant a document is to a query.</summary>
/// <param name="Query">The query's row.</param>
/// <param name="Document">The document's row.</param>
/// <param name="Relevance">Above 0 the document belongs to the query; at 0 or below it was looked at and does not.</param>
public readonly record struct RelevanceJudgement(int Query, int Document, float Relevance);
