namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// Semantic textual similarity: how well the similarity of two texts' vectors ranks pairs as people do. The main score is Spearman's correlation of the cosine,
/// as in MTEB (Muennighoff et al., 2023).
/// </summary>
/// <remarks>
/// Scores: <c>pearson</c> and <c>spearman</c> (of the model's own similarity, the cosine), and both of the cosine, the dot product and the negative Euclidean and
/// Manhattan distances, prefixed <c>cosine_</c>, <c>dot_</c>, <c>euclidean_</c> and <c>manhattan_</c>. Equal values share their mean rank; the cosine with a zero vector is 0.
/// </remarks>
public static class StsEvaluation
{
    /// <summary>Embeds both sides and correlates their similarities with the scores.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">n ≥ 2 scored pairs.</param>
    /// <param name="options">Seed and resamples of the interval.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="InvalidDataException">The model gives a vector that is not finite, or all pairs the same similarity.</exception>
    public static EvaluationResult Run(EmbeddingModel model, ScoredPairs pairs, StsEvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        options ??= new();
        EvaluationRun run = new(model, options, cancellationToken);
        OrderedDictionary<string, double[]> similarities = PairSimilarity.All(run.Encode(pairs.Left, "left text"), run.Encode(pairs.Right, "right text"));
        double[] scores = [.. pairs.Scores];
        OrderedDictionary<string, double> found = [];
        foreach ((string name, double[] values) in similarities)
        {
            AddCorrelations(found, name + "_", values, scores);
        }

        found["pearson"] = found["cosine_pearson"];
        found["spearman"] = found["cosine_spearman"];
        (double Low, double High) interval = Bootstrap.SpearmanInterval(similarities["cosine"], scores, options.Resamples, options.Seed, cancellationToken);
        return run.Result("sts", "cosine_spearman", found, interval, pairs.Count);
    }

    private static void AddCorrelations(OrderedDictionary<string, double> found, string prefix, double[] similarities, double[] scores)
    {
        double pearson = Correlation.Pearson(similarities, scores);
        if (double.IsNaN(pearson))
        {
            throw new InvalidDataException($"The model gives all {scores.Length} pairs the same similarity ({prefix.TrimEnd('_')}), so it has no correlation with the scores; check the model and the text columns.");
        }

        found[prefix + "pearson"] = pearson;
        found[prefix + "spearman"] = Correlation.Spearman(similarities, scores);
    }
}
