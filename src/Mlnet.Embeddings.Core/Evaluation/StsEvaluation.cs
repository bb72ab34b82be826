using System.Diagnostics;
using System.Numerics.Tensors;

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
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pairs);
        options ??= new();
        options.Validate();
        Stopwatch total = Stopwatch.StartNew();
        TimedEncoder encoder = new(model, cancellationToken);
        EmbeddingMatrix left = encoder.Encode(pairs.Left, "left text");
        EmbeddingMatrix right = encoder.Encode(pairs.Right, "right text");
        double[] scores = [.. pairs.Scores];

        double[] cosines = Similarities(left, right, Cosine);
        OrderedDictionary<string, double> found = [];
        AddCorrelations(found, "cosine_", cosines, scores);
        AddCorrelations(found, "dot_", Similarities(left, right, Dot), scores);
        AddCorrelations(found, "euclidean_", Similarities(left, right, NegativeEuclidean), scores);
        AddCorrelations(found, "manhattan_", Similarities(left, right, NegativeManhattan), scores);
        found["pearson"] = found["cosine_pearson"];
        found["spearman"] = found["cosine_spearman"];
        (double Low, double High) interval = Bootstrap.SpearmanInterval(cosines, scores, options.Resamples, options.Seed, cancellationToken);
        return new()
        {
            Task = "sts",
            MainScore = found["cosine_spearman"],
            Scores = found,
            Ci95 = interval,
            N = pairs.Count,
            Seconds = total.Elapsed.TotalSeconds,
            TextsPerSecond = encoder.TextsPerSecond,
            Model = model.Space.ModelName,
        };
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

    private static double[] Similarities(EmbeddingMatrix left, EmbeddingMatrix right, Func<Span<float>, Span<float>, double> similarity)
    {
        double[] result = new double[left.Rows];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = similarity(left.Row(i), right.Row(i));
        }

        return result;
    }

    private static double Cosine(Span<float> x, Span<float> y)
    {
        double norms = Math.Sqrt(Dot(x, x)) * Math.Sqrt(Dot(y, y));
        return norms > 0 ? Dot(x, y) / norms : 0;
    }

    // In double: the rounding of float32 would make ties of similarities that differ.
    private static double Dot(Span<float> x, Span<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * y[i];
        }

        return sum;
    }

    private static double NegativeEuclidean(Span<float> x, Span<float> y) => -TensorPrimitives.Distance<float>(x, y);

    private static double NegativeManhattan(Span<float> x, Span<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += Math.Abs((double)x[i] - y[i]);
        }

        return -sum;
    }
}
