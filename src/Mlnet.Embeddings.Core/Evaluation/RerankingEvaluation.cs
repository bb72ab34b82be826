namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// Reranking: how high the cosine to a query puts the candidates that answer it. The main score is mean average precision, as in MTEB (Muennighoff et al., 2023).
/// </summary>
/// <remarks>
/// Scores, means over the queries: <c>map</c>, <c>mrr</c>, <c>mrr_at_10</c> (which MTEB calls <c>mrr</c>) and <c>ndcg_at_10</c>. Of equally similar candidates the later one
/// stands first, as in trec_eval with rising document numbers: the order in the table, where good candidates often come first, gives no advantage.
/// </remarks>
public static class RerankingEvaluation
{
    /// <summary>Embeds queries and candidates and ranks each query's candidates.</summary>
    /// <param name="model">The model.</param>
    /// <param name="candidates">Queries with candidates.</param>
    /// <param name="options">Prompts, and seed and resamples of the interval.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="ArgumentException">The model of queries gives other dimensions.</exception>
    /// <exception cref="InvalidDataException">The model gives a vector that is not finite.</exception>
    public static EvaluationResult Run(EmbeddingModel model, RerankingCandidates candidates, RankingEvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        options ??= new();
        EvaluationRun run = new(model, options, cancellationToken);
        EmbeddingMatrix queries = run.Encode(candidates.Queries, "query", options.QueryPrompts, options.QueryModel);
        EmbeddingMatrix texts = run.Encode([.. candidates.Texts.SelectMany(t => t)], "candidate", options.DocumentPrompts);
        RelevanceRanking[] rankings = new RelevanceRanking[queries.Rows];
        int first = 0;
        for (int q = 0; q < rankings.Length; q++)
        {
            rankings[q] = Rank(queries.Row(q), texts, first, candidates.Labels[q]);
            first += candidates.Labels[q].Count;
        }

        double[] precisions = [.. rankings.Select(r => r.AveragePrecision(int.MaxValue))];
        OrderedDictionary<string, double> scores = new()
        {
            ["map"] = precisions.Average(),
            ["mrr"] = rankings.Average(r => r.ReciprocalRank(int.MaxValue)),
            ["mrr_at_10"] = rankings.Average(r => r.ReciprocalRank(10)),
            ["ndcg_at_10"] = rankings.Average(r => r.Ndcg(10)),
        };
        return run.Result("reranking", "map", scores, Bootstrap.MeanInterval(precisions, options.Resamples, options.Seed, cancellationToken), rankings.Length);
    }

    private static RelevanceRanking Rank(ReadOnlySpan<float> query, EmbeddingMatrix texts, int first, IReadOnlyList<bool> labels)
    {
        double[] similarities = new double[labels.Count];
        for (int i = 0; i < similarities.Length; i++)
        {
            similarities[i] = PairSimilarity.Cosine(query, texts.Row(first + i));
        }

        int[] gains = [.. Enumerable.Range(0, labels.Count).OrderByDescending(i => similarities[i]).ThenByDescending(i => i).Select(i => labels[i] ? 1 : 0)];
        return new(gains, gains.Where(g => g > 0));
    }
}
