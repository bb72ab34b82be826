namespace Mlnet.Embeddings.Evaluation;

/// <summary>Queries, each with candidate texts that answer it or not: one row a candidate. Rows with the same query need not stand together.</summary>
public sealed class RerankingCandidates
{
    /// <summary>Joins queries, candidates and labels, and groups them by query; the lists are not kept.</summary>
    /// <param name="queries">The query of each of n rows; compared ordinally.</param>
    /// <param name="texts">The candidate of each row.</param>
    /// <param name="labels">Whether it answers the query.</param>
    /// <exception cref="ArgumentException">The lists are of different lengths or hold a null, or no query has both candidates that answer it and some that do not.</exception>
    public RerankingCandidates(IReadOnlyList<string> queries, IReadOnlyList<string> texts, IReadOnlyList<bool> labels)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labels);
        if (queries.Count != texts.Count || queries.Count != labels.Count)
        {
            throw new ArgumentException($"There are {queries.Count} queries, {texts.Count} candidates and {labels.Count} labels; each row needs one of each.", nameof(texts));
        }

        OrderedDictionary<string, List<int>> rows = new(StringComparer.Ordinal);
        for (int i = 0; i < queries.Count; i++)
        {
            if (queries[i] is null || texts[i] is null)
            {
                throw new ArgumentException($"Row {i} (counted from 0) lacks a {(queries[i] is null ? "query" : "candidate")}; give it or drop the row.", queries[i] is null ? nameof(queries) : nameof(texts));
            }

            if (!rows.TryGetValue(queries[i], out List<int>? group))
            {
                rows.Add(queries[i], group = []);
            }

            group.Add(i);
        }

        (string Query, List<int> Rows)[] kept = [.. rows.Where(r => r.Value.Any(i => labels[i]) && r.Value.Any(i => !labels[i])).Select(r => (r.Key, r.Value))];
        Dropped = rows.Count - kept.Length;
        if (kept.Length == 0)
        {
            throw new ArgumentException($"None of the {rows.Count} queries has both a candidate that answers it and one that does not; check the columns of queries and labels.", nameof(labels));
        }

        Queries = [.. kept.Select(k => k.Query)];
        Texts = [.. kept.Select(k => (string[])[.. k.Rows.Select(i => texts[i])])];
        Labels = [.. kept.Select(k => (bool[])[.. k.Rows.Select(i => labels[i])])];
    }

    /// <summary>The queries that have both candidates that answer them and some that do not.</summary>
    public IReadOnlyList<string> Queries { get; }

    /// <summary>How many queries were left out because all their candidates answer them, or none does.</summary>
    public int Dropped { get; }

    /// <summary>The candidates of each query.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Texts { get; }

    /// <summary>Whether each candidate answers its query.</summary>
    public IReadOnlyList<IReadOnlyList<bool>> Labels { get; }
}
