using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// Retrieval: how high the cosine to a query puts its relevant documents among all documents. The main score is nDCG@10 with linear gain, as in BEIR (Thakur et al.,
/// 2021) and MTEB (Muennighoff et al., 2023).
/// </summary>
/// <remarks>
/// Scores, means over the queries, for k = 1, 3, 5, 10, 20, 100 and 1,000: <c>ndcg_at_k</c>, <c>map_at_k</c>, <c>recall_at_k</c> and <c>mrr_at_k</c>. Search is exact. Of
/// equally similar documents the one with the ordinally larger id stands first, as in trec_eval.
/// </remarks>
public static class RetrievalEvaluation
{
    private static readonly int[] Depths = [1, 3, 5, 10, 20, 100, 1000];

    /// <summary>Embeds documents and queries, finds the 1,000 documents nearest to each query, and scores their order.</summary>
    /// <param name="model">The model.</param>
    /// <param name="collection">Documents, queries and judgements.</param>
    /// <param name="options">Prompts, threads, and seed and resamples of the interval.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="ArgumentException">The model of queries gives other dimensions.</exception>
    /// <exception cref="InvalidDataException">The model gives a vector that is not finite.</exception>
    public static EvaluationResult Run(EmbeddingModel model, RetrievalCorpus collection, RankingEvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        options ??= new();
        EvaluationRun run = new(model, options, cancellationToken);

        // In falling order of their ids, because the search puts the earlier of equally near rows first.
        string[] documents = [.. collection.Documents.Keys];
        Array.Sort(documents, (x, y) => string.CompareOrdinal(y, x));
        string[] queries = [.. collection.Queries.Keys];
        EmbeddingMatrix documentVectors = run.Encode([.. documents.Select(d => collection.Documents[d])], "document", options.DocumentPrompts);
        EmbeddingMatrix queryVectors = run.Encode([.. queries.Select(q => collection.Queries[q])], "query", options.QueryPrompts, options.QueryModel);
        NeighborLists found = new ExactNeighbors(documentVectors, tieSeed: null).Query(queryVectors, Math.Min(Depths[^1], documents.Length), options.Threads, cancellationToken);
        RelevanceRanking[] rankings = [.. queries.Select((q, i) => Rank(found.Indices(i), documents, collection.Judgements[q]))];

        OrderedDictionary<string, double> scores = [];
        Add(scores, "ndcg", (r, k) => r.Ndcg(k));
        Add(scores, "map", (r, k) => r.AveragePrecision(k));
        Add(scores, "recall", (r, k) => r.Recall(k));
        Add(scores, "mrr", (r, k) => r.ReciprocalRank(k));
        double[] main = [.. rankings.Select(r => r.Ndcg(10))];
        return run.Result("retrieval", "ndcg_at_10", scores, Bootstrap.MeanInterval(main, options.Resamples, options.Seed, cancellationToken), queries.Length);

        void Add(OrderedDictionary<string, double> scores, string name, Func<RelevanceRanking, int, double> score)
        {
            foreach (int k in Depths)
            {
                scores[$"{name}_at_{k}"] = rankings.Average(r => score(r, k));
            }
        }
    }

    private static RelevanceRanking Rank(ReadOnlySpan<int> rows, string[] documents, IReadOnlyDictionary<string, int> judgements)
    {
        int[] gains = new int[rows.Length];
        for (int i = 0; i < gains.Length; i++)
        {
            gains[i] = judgements.GetValueOrDefault(documents[rows[i]]);
        }

        return new(gains, judgements.Values.Where(g => g > 0));
    }
}
