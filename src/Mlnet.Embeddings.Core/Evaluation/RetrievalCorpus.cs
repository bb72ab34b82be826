namespace Mlnet.Embeddings.Evaluation;

/// <summary>Documents, queries, and how relevant which documents are for which queries (Cranfield's way of testing; the layout is BEIR's, Thakur et al., 2021).</summary>
public sealed class RetrievalCorpus
{
    /// <summary>Joins the parts.</summary>
    /// <param name="documents">Document id → text (title and text joined).</param>
    /// <param name="queries">Query id → text. Queries without a relevant document are left out.</param>
    /// <param name="judgements">Query id → document id → gain; a document is relevant where the gain is above 0, and one without a gain is not.</param>
    /// <exception cref="ArgumentException">There are no documents, a judgement names an unknown query or document, or no query has a relevant document.</exception>
    public RetrievalCorpus(
        IReadOnlyDictionary<string, string> documents, IReadOnlyDictionary<string, string> queries, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> judgements)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(judgements);
        if (documents.Count == 0)
        {
            throw new ArgumentException("There are no documents to search; give at least one.", nameof(documents));
        }

        foreach ((string query, IReadOnlyDictionary<string, int> gains) in judgements)
        {
            if (!queries.ContainsKey(query))
            {
                throw new ArgumentException($"The judgements name the query '{query}', which is not among the {queries.Count} queries; add it or drop its judgements.", nameof(judgements));
            }

            if (gains.Keys.FirstOrDefault(d => !documents.ContainsKey(d)) is string unknown)
            {
                throw new ArgumentException($"The judgements of query '{query}' name the document '{unknown}', which is not among the {documents.Count} documents; add it or drop the judgement.", nameof(judgements));
            }
        }

        string[] kept = [.. queries.Keys.Where(q => judgements.TryGetValue(q, out IReadOnlyDictionary<string, int>? gains) && gains.Values.Any(g => g > 0))];
        if (kept.Length == 0)
        {
            throw new ArgumentException($"None of the {queries.Count} queries has a relevant document; a judgement above 0 makes one.", nameof(judgements));
        }

        Documents = documents;
        Queries = kept.ToDictionary(q => q, q => queries[q], StringComparer.Ordinal);
        Judgements = judgements;
    }

    /// <summary>Document id → text.</summary>
    public IReadOnlyDictionary<string, string> Documents { get; }

    /// <summary>Query id → text, of the queries that have a relevant document.</summary>
    public IReadOnlyDictionary<string, string> Queries { get; }

    /// <summary>Query id → document id → gain.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Judgements { get; }
}
