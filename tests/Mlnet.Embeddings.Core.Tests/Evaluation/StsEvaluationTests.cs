using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class StsEvaluationTests
{
    private static readonly string[] Left = ["a red car", "the old house", "one two three", "green tea", "summer rain"];
    private static readonly string[] Right = ["a red car", "the old barn", "one six nine", "iron ore", "winter snow falls"];

    [Fact]
    public void Pairs_that_share_more_words_score_higher()
    {
        EvaluationResult result = Run(new(Left, Right, [5, 4, 3, 1, 1]));

        Assert.True(result.MainScore > 0.85, $"The score is {result.MainScore}.");
        Assert.Equal(result.MainScore, result.Scores["cosine_spearman"]);
        Assert.Equal(result.Scores["cosine_spearman"], result.Scores["spearman"]);
        Assert.Equal(
            ["cosine_pearson", "cosine_spearman", "dot_pearson", "dot_spearman", "euclidean_pearson", "euclidean_spearman", "manhattan_pearson", "manhattan_spearman", "pearson", "spearman"],
            result.Scores.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(5, result.N);
        Assert.Equal("sts", result.Task);
        Assert.Equal("word-hash", result.Model);
        Assert.True(result.TextsPerSecond > 0 && result.Seconds > 0);
        Assert.InRange(result.MainScore, result.Ci95.Low, result.Ci95.High);
    }

    [Fact]
    public void Every_similarity_grows_with_closeness()
    {
        EvaluationResult result = Run(new(Left, Right, [5, 4, 3, 1, 1]));
        Assert.All(result.Scores, s => Assert.True(s.Key.StartsWith("dot", StringComparison.Ordinal) || s.Value > 0.5, $"{s.Key} is {s.Value}."));
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_seed_another()
    {
        string[] left = [.. Enumerable.Range(0, 30).Select(i => $"word{i} word{i % 3}")];
        string[] right = [.. Enumerable.Range(0, 30).Select(i => $"word{i + 1} word{i % 4}")];
        ScoredPairs pairs = new(left, right, [.. Enumerable.Range(0, 30).Select(i => (double)(i % 5))]);
        Assert.Equal(Run(pairs, 1).Ci95, Run(pairs, 1).Ci95);
        Assert.NotEqual(Run(pairs, 1).Ci95, Run(pairs, 2).Ci95);
    }

    [Fact]
    public void A_model_that_cannot_tell_pairs_apart_is_an_error()
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Run(new(["", ""], ["", ""], [1, 2])));
        Assert.Contains("all 2 pairs the same similarity", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vector_that_is_not_a_number_is_an_error_that_names_the_text()
    {
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Run(new(["a", "b"], ["c", "nan"], [1, 2])));
        Assert.Contains("right text 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pairs_without_a_usable_score_are_refused()
    {
        Assert.Contains("pair 1 (counted from 0) is NaN", Assert.Throws<ArgumentException>(() => new ScoredPairs(["a", "b"], ["c", "d"], [1, double.NaN])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ScoredPairs(["a", "b"], ["c", "d"], [1]));
        Assert.Throws<ArgumentException>(() => new ScoredPairs(["a"], ["c"], [1]));
        Assert.Throws<ArgumentException>(() => new ScoredPairs([], [], []));
        Assert.Throws<ArgumentException>(() => new ScoredPairs(["a", "b"], ["c", "d"], [1, 1]));
        Assert.Throws<ArgumentException>(() => new ScoredPairs(["a", null!], ["c", "d"], [1, 2]));
    }

    private static EvaluationResult Run(ScoredPairs pairs, int seed = 42)
    {
        using WordHashModel model = new();
        return StsEvaluation.Run(model, pairs, new() { Seed = seed }, TestContext.Current.CancellationToken);
    }
}
