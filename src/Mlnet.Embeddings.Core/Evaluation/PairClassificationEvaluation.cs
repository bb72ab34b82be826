namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// Pair classification: how well the similarity of two texts' vectors tells pairs that belong together from others. The main score is the best average precision over
/// the similarities, <c>max_ap</c>, as in MTEB (Muennighoff et al., 2023).
/// </summary>
/// <remarks>
/// Scores for each of <c>cosine_</c>, <c>dot_</c>, <c>euclidean_</c>, <c>manhattan_</c> and <c>similarity_</c> (the model's own, the cosine): <c>ap</c>; <c>accuracy</c> at its
/// best threshold; <c>f1</c> at its best threshold with <c>precision</c> and <c>recall</c> there; <c>accuracy_threshold</c> and <c>f1_threshold</c>, for distances the largest
/// that still counts as together. <c>max_ap</c>, <c>max_accuracy</c>, <c>max_f1</c>, <c>max_precision</c> and <c>max_recall</c> are the best over them. Equally similar pairs
/// stand or fall together, as in scikit-learn's average precision.
/// </remarks>
public static class PairClassificationEvaluation
{
    /// <summary>Embeds both sides and compares similarities with labels.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">Labeled pairs.</param>
    /// <param name="options">Seed and resamples of the interval.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="InvalidDataException">The model gives a vector that is not finite, or all pairs the same similarity.</exception>
    public static EvaluationResult Run(EmbeddingModel model, LabeledPairs pairs, PairClassificationEvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        options ??= new();
        EvaluationRun run = new(model, options, cancellationToken);
        EmbeddingMatrix left = run.Encode(pairs.Left, "left text");
        EmbeddingMatrix right = run.Encode(pairs.Right, "right text");
        bool[] labels = [.. pairs.Labels];
        OrderedDictionary<string, double> scores = [];
        List<BinaryRanking> rankings = [];
        foreach ((string name, double[] similarities) in PairSimilarity.All(left, right))
        {
            BinaryRanking ranking = new(similarities, labels);
            if (ranking.Thresholds == 1)
            {
                throw new InvalidDataException($"The model gives all {pairs.Count} pairs the same similarity ({name}), so it tells none apart; check the model and the text columns.");
            }

            Add(scores, name, ranking);
            rankings.Add(ranking);
        }

        AddSummaries(scores);
        (double Low, double High) interval = Bootstrap.Interval(pairs.Count, options.Resamples, options.Seed, counts => rankings.Max(r => r.AveragePrecision(counts)), cancellationToken);
        return run.Result("pairs", "max_ap", scores, interval, pairs.Count);
    }

    private static void Add(OrderedDictionary<string, double> scores, string name, BinaryRanking ranking)
    {
        double sign = name is "euclidean" or "manhattan" ? -1 : 1;
        (double accuracy, double accuracyThreshold) = ranking.BestAccuracy();
        (double f1, double precision, double recall, double f1Threshold) = ranking.BestF1();
        scores[name + "_ap"] = ranking.AveragePrecision();
        scores[name + "_accuracy"] = accuracy;
        scores[name + "_accuracy_threshold"] = sign * accuracyThreshold;
        scores[name + "_f1"] = f1;
        scores[name + "_f1_threshold"] = sign * f1Threshold;
        scores[name + "_precision"] = precision;
        scores[name + "_recall"] = recall;
    }

    private static void AddSummaries(OrderedDictionary<string, double> scores)
    {
        foreach (string metric in (string[])["ap", "accuracy", "f1", "precision", "recall"])
        {
            scores["max_" + metric] = scores.Where(s => s.Key.EndsWith("_" + metric, StringComparison.Ordinal)).Max(s => s.Value);
        }

        foreach ((string name, double value) in scores.Where(s => s.Key.StartsWith("cosine_", StringComparison.Ordinal)).ToArray())
        {
            scores["similarity_" + name["cosine_".Length..]] = value;
        }
    }
}
