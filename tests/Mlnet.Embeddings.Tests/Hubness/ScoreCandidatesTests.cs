using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Tests.Contract;
using Mlnet.Embeddings.Tests.Neighbors;

namespace Mlnet.Embeddings.Tests.Hubness;

/// <summary>What is special to <c>ScoreCandidates</c>; what it shares with all components is in <see cref="ContractTests"/>.</summary>
public sealed class ScoreCandidatesTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Point[] _documents = Point.Random(40);

    [Theory]
    [InlineData(HubnessReductionKind.Csls)]
    [InlineData(HubnessReductionKind.LocalScaling)]
    [InlineData(HubnessReductionKind.MutualProximityEmpirical)]
    [InlineData(HubnessReductionKind.DisSimLocal)]
    public void Scores_are_rescaled_similarities_of_queries_that_were_not_fitted_on(HubnessReductionKind kind)
    {
        HubnessReduction reduction = HubnessReduction.Fit(new ExactNeighbors(Point.Matrix(_documents)), kind, cancellationToken: TestContext.Current.CancellationToken);
        ScaledPoints queries = reduction.Scale(Point.Others(_documents), cancellationToken: TestContext.Current.CancellationToken);
        float[] expected = [.. Enumerable.Range(0, 40).Select(i => (float)reduction.Similarity(reduction.Distance(queries, i, reduction.Rows, i)))];
        IDataView view = _ml.Data.LoadFromEnumerable(_documents);
        float[] found = [.. _ml.Transforms.ScoreCandidates("Score", "Other", "Vector", new CandidateScoringOptions { Reduction = kind }).Fit(view).Transform(view).GetColumn<float>("Score")];
        Assert.Equal(expected, found);
        Assert.True(found.Distinct().Count() > 10);
    }

    [Fact]
    public void Candidates_that_were_not_fitted_on_have_scales_by_the_same_definition()
    {
        Point[] fresh = Point.Random(7, seed: 5);
        HubnessReduction reduction = HubnessReduction.Fit(new ExactNeighbors(Point.Matrix(_documents)), HubnessReductionKind.Csls, cancellationToken: TestContext.Current.CancellationToken);
        ScaledPoints queries = reduction.Scale(Point.Others(fresh), cancellationToken: TestContext.Current.CancellationToken);
        ScaledPoints candidates = reduction.Scale(Point.Matrix(fresh), cancellationToken: TestContext.Current.CancellationToken);
        float[] expected = [.. Enumerable.Range(0, 7).Select(i => (float)reduction.Similarity(reduction.Distance(queries, i, candidates, i)))];
        CandidateScoringTransformer fitted = _ml.Transforms.ScoreCandidates("Score", "Other", "Vector").Fit(_ml.Data.LoadFromEnumerable(_documents));
        Assert.Equal(expected, fitted.Transform(_ml.Data.LoadFromEnumerable(fresh)).GetColumn<float>("Score"));
    }

    [Fact]
    public void Candidates_named_in_many_pairs_count_once()
    {
        IDataView documents = _ml.Data.LoadFromEnumerable(_documents);
        Point[] pairs = [.. Enumerable.Range(0, 200).Select(i => new Point { Vector = _documents[i * 7 % 40].Vector, Other = _documents[i % 5].Other })];
        IDataView view = _ml.Data.LoadFromEnumerable(pairs);
        List<string> byDocuments = Views.Lines(_ml.Transforms.ScoreCandidates("Score", "Other", "Vector", documents).Fit(view).Transform(view), "Score");
        Assert.Equal(byDocuments, Views.Lines(_ml.Transforms.ScoreCandidates("Score", "Other", "Vector").Fit(view).Transform(view), "Score"));
    }

    [Fact]
    public void Documents_may_have_a_column_of_another_name()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(_documents);
        CandidateScoringOptions options = new() { Documents = _ml.Transforms.CopyColumns("Embedding", "Vector").Fit(view).Transform(view), DocumentColumnName = "Embedding" };
        Assert.Equal(40, _ml.Transforms.ScoreCandidates("Score", "Other", "Vector", options).Fit(view).Scorer.Reduction.Index.Count);
        options = new() { Documents = view, DocumentColumnName = "Nowhere" };
        Assert.Contains("'Nowhere'", Assert.Throws<ArgumentException>(() => _ml.Transforms.ScoreCandidates("Score", "Other", "Vector", options).Fit(view)).Message, StringComparison.Ordinal);
        Assert.Contains("Documents", Assert.Throws<ArgumentException>(() => _ml.Transforms.ScoreCandidates("S", "Other", "Vector", new CandidateScoringOptions { DocumentColumnName = "Vector" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_two_sizes_are_refused()
    {
        IDataView view = _ml.Data.LoadFromEnumerable(_documents);
        IDataView shorter = _ml.Transforms.TruncateEmbedding("Other", 2).Fit(view).Transform(view);
        Assert.Contains("'Other' has 2", Assert.Throws<ArgumentException>(() => _ml.Transforms.ScoreCandidates("Score", "Other", "Vector").Fit(shorter)).Message, StringComparison.Ordinal);
    }
}
