using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class RankingEvaluationTests
{
    private static readonly Dictionary<string, float[]> Vectors = new() { ["q"] = [1, 0], ["r"] = [0, 1], ["near"] = [1, 0.1f], ["same"] = [1, 1], ["far"] = [-1, 0.5f] };

    [Fact]
    public void Candidates_are_ranked_by_their_cosine()
    {
        // For q: near, same, far, of which same answers; for r: same, far, near by cosine 0.71, 0.45 and 0.10, of which far and near answer.
        EvaluationResult result = Rerank(["q", "r", "q", "r", "q", "r"], ["near", "near", "same", "same", "far", "far"], [false, true, true, false, false, true]);

        Assert.Equal("reranking", result.Task);
        Assert.Equal(2, result.N);
        double second = ((1 / 2.0) + (2 / 3.0)) / 2;
        Assert.Equal(((1 / 2.0) + second) / 2, result.MainScore, 1e-12);
        Assert.Equal(result.MainScore, result.Scores["map"]);
        Assert.Equal(0.5, result.Scores["mrr"], 1e-12);
        Assert.Equal((0.5, second), (Math.Round(result.Ci95.Low, 9), result.Ci95.High));
    }

    [Fact]
    public void Queries_whose_candidates_are_all_of_one_class_are_dropped()
    {
        RerankingCandidates candidates = new(["q", "q", "r", "s"], ["near", "far", "same", "far"], [true, false, true, false]);

        Assert.Equal(["q"], candidates.Queries);
        Assert.Equal(2, candidates.Dropped);
        Assert.Contains("None of the 1 queries", Assert.Throws<ArgumentException>(() => new RerankingCandidates(["q"], ["far"], [true])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_of_equal_candidates_gains_nothing_from_its_place()
    {
        Assert.Equal(0.5, Rerank(["q", "q"], ["same", "same"], [true, false]).MainScore);
        Assert.Equal(1, Rerank(["q", "q"], ["same", "same"], [false, true]).MainScore);
    }

    [Fact]
    public void Documents_are_ranked_by_their_cosine_and_equal_ones_by_falling_id()
    {
        Dictionary<string, string> documents = new() { ["1"] = "same", ["2"] = "far", ["10"] = "near", ["3"] = "same" };
        RetrievalCorpus corpus = new(documents, new Dictionary<string, string> { ["a"] = "q", ["b"] = "r", ["none"] = "q" }, Judged(("a", "1", 1), ("a", "2", 2), ("b", "3", 1), ("none", "1", 0)));

        EvaluationResult result = Retrieve(new TableModel(Vectors), corpus);

        // a: 10, 3, 1, 2, with gains 0, 0, 1, 2; b: 3, 1, 2, 10, with 1 first.
        double a = ((1 / Math.Log2(4)) + (2 / Math.Log2(5))) / (2 + (1 / Math.Log2(3)));
        Assert.Equal(2, result.N);
        Assert.Equal((a + 1) / 2, result.MainScore, 1e-12);
        Assert.Equal((((1 / 3.0) + (2 / 4.0)) / 2 + 1) / 2, result.Scores["map_at_10"], 1e-12);
        Assert.Equal(((1 / 2.0) + 1) / 2, result.Scores["recall_at_3"], 1e-12);
        Assert.Equal(((1 / 3.0) + 1) / 2, result.Scores["mrr_at_1000"], 1e-12);
    }

    [Theory]
    [InlineData("passage")]
    [InlineData("document")]
    public void Prompts_go_by_role_where_the_model_has_them(string name)
    {
        Dictionary<string, float[]> vectors = new() { ["Q: x"] = [1, 0], ["D: x"] = [1, 0], ["D: y"] = [0, 1], ["x"] = [0, 1], ["y"] = [0, 1] };
        TableModel model = new(vectors, new() { ["query"] = "Q: ", [name] = "D: " });
        RetrievalCorpus corpus = new(new Dictionary<string, string> { ["1"] = "x", ["2"] = "y" }, new Dictionary<string, string> { ["a"] = "x" }, Judged(("a", "1", 1)));

        Assert.Equal(1, Retrieve(model, corpus).MainScore);
        Assert.Equal(1 / Math.Log2(3), Retrieve(model, corpus, byRole: false).MainScore, 1e-12);
    }

    [Fact]
    public void Judgements_that_do_not_fit_are_refused()
    {
        Dictionary<string, string> documents = new() { ["1"] = "x" };
        Dictionary<string, string> queries = new() { ["a"] = "x" };

        Assert.Contains("the query 'z'", Refusal(Judged(("z", "1", 1))), StringComparison.Ordinal);
        Assert.Contains("the document '9'", Refusal(Judged(("a", "9", 1))), StringComparison.Ordinal);
        Assert.Contains("None of the 1 queries", Refusal(Judged(("a", "1", 0))), StringComparison.Ordinal);

        string Refusal(Dictionary<string, IReadOnlyDictionary<string, int>> judgements) =>
            Assert.Throws<ArgumentException>(() => new RetrievalCorpus(documents, queries, judgements)).Message;
    }

    private static Dictionary<string, IReadOnlyDictionary<string, int>> Judged(params (string Query, string Document, int Gain)[] rows) =>
        rows.GroupBy(r => r.Query).ToDictionary(g => g.Key, g => (IReadOnlyDictionary<string, int>)g.ToDictionary(r => r.Document, r => r.Gain));

    private static EvaluationResult Rerank(string[] queries, string[] texts, bool[] labels) =>
        RerankingEvaluation.Run(new TableModel(Vectors), new(queries, texts, labels), cancellationToken: TestContext.Current.CancellationToken);

    private static EvaluationResult Retrieve(EmbeddingModel model, RetrievalCorpus corpus, bool byRole = true) =>
        RetrievalEvaluation.Run(model, corpus, new() { PromptsByRole = byRole }, TestContext.Current.CancellationToken);
}
