using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

public class NearestNeighborClassifierTests
{
    private static readonly EmbeddingMatrix Rows = new(
        [
            1.79f, 0.44f, 1.6f, -1.86f, -0.28f, 1.45f, -0.08f, -0.63f, 1.46f, -0.48f, -1.31f, 2.68f, 0.88f, 1.71f, 1.55f, -0.4f,
            -0.55f, 0.25f, 0.98f, -1.1f, 0.31f, -0.21f, 1.49f, 2.04f, -1.02f, -0.71f, 2.13f, -0.16f, -0.77f, 1.57f,
        ],
        15,
        2);

    private static readonly EmbeddingMatrix Queries = new([1.15f, 2.38f, -0.84f, -0.23f, -0.4f, -2.02f, 1.46f, -0.48f], 4, 2);

    private static readonly int[] Labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // scikit-learn 1.2.1: KNeighborsClassifier(k, weights="distance", algorithm="brute").predict_proba; the last query equals a row.
    [Theory]
    [InlineData(1, new[] { 0.0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0 })]
    [InlineData(2, new[] { 0.399631579, 0, 0.600368421, 0.52243378, 0, 0.47756622, 1, 0, 0, 0, 1, 0 })]
    [InlineData(5, new[] { 0.373303057, 0, 0.626696943, 0.49192781, 0.137300645, 0.370771545, 0.663177525, 0.336822475, 0, 0, 1, 0 })]
    [InlineData(15, new[] { 0.328425814, 0.200997816, 0.470576369, 0.423328077, 0.232414071, 0.344257852, 0.416331598, 0.349188858, 0.234479544, 0, 1, 0 })]
    public void Shares_of_votes_are_those_of_scikit_learn(int k, double[] expected)
    {
        ExactNeighbors index = new(Rows, VectorMetric.Euclidean);
        NearestNeighborClassifier classifier = NearestNeighborClassifier.Fit(index, Labels, 3, new() { K = k }, cancellationToken: Cancellation);
        NeighborLists lists = index.Query(Queries, 15, cancellationToken: Cancellation);
        double[] scores = new double[3];
        for (int q = 0; q < 4; q++)
        {
            int leader = classifier.Score(lists.Indices(q), lists.Distances(q), scores);
            for (int c = 0; c < 3; c++)
            {
                Assert.Equal(expected[(3 * q) + c], scores[c], 1e-6);
            }

            Assert.Equal(scores.IndexOf(scores.Max()), leader);
        }

        Assert.Equal([2, 0, 0, 1], classifier.Predict(lists));
    }

    [Fact]
    public void Leave_one_out_errors_are_those_of_scikit_learn_for_every_k()
    {
        NeighborLists lists = new ExactNeighbors(Rows, VectorMetric.Euclidean).QueryRows(14, cancellationToken: Cancellation);
        double[] errors = NearestNeighborErrors.LeaveOneOut(lists, Labels);
        Assert.Equal([8, 8, 7, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8, 9], errors.Select(e => Math.Round(e * 15, 9)));
    }

    [Fact]
    public void Cross_validation_agrees_with_searching_the_other_folds()
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(300, 6, 1);
        int[] labels = [.. Enumerable.Range(0, 300).Select(i => i % 3)];
        for (int i = 0; i < 300; i++)
        {
            rows.Row(i)[labels[i]] += 1.5f;
        }

        NearestNeighborOptions options = new() { Folds = 5, MostK = 9, Seed = 4 };
        NearestNeighborClassifier classifier = NearestNeighborClassifier.Fit(new ExactNeighbors(rows), labels, 3, options, cancellationToken: Cancellation);

        int[] folds = Mlnet.Embeddings.Evaluation.StratifiedFolds.Assign(labels, 3, 5, 4);
        double[] expected = new double[9];
        for (int fold = 0; fold < 5; fold++)
        {
            int[] others = [.. Enumerable.Range(0, 300).Where(i => folds[i] != fold)];
            int[] own = [.. Enumerable.Range(0, 300).Where(i => folds[i] == fold)];
            NeighborLists lists = new ExactNeighbors(Pick(rows, others)).Query(Pick(rows, own), 9, cancellationToken: Cancellation);
            for (int k = 1; k <= 9; k++)
            {
                int[] found = new NearestNeighborClassifier([.. others.Select(i => labels[i])], 3, k).Predict(lists);
                expected[k - 1] += found.Zip(own).Count(p => p.First != labels[p.Second]) / 300.0;
            }
        }

        // Of 18 neighbours some row has fewer than 9 outside its fold at most once in a thousand draws; this is none.
        for (int k = 0; k < 9; k++)
        {
            Assert.Equal(expected[k], classifier.Errors[k], 1e-9);
        }

        Assert.Equal(expected.Skip(1).Min(), expected[classifier.Neighbors - 1], 1e-9);
        Assert.Equal(classifier.Neighbors, Array.FindIndex(expected, 1, e => Math.Abs(e - expected.Skip(1).Min()) < 1e-9) + 1);
    }

    [Fact]
    public void Negative_distances_are_shifted_and_the_least_one_outvotes_the_others()
    {
        NeighborLists lists = new(2, [1, 2, 0, 2, 0, 1], [-3, -1, -2, 1, -1, 5]);
        NearestNeighborClassifier classifier = NearestNeighborClassifier.Fit(lists, [0, 1, 1], 2, new() { K = 2 });
        Assert.Equal(3, classifier.Shift);

        double[] scores = new double[2];
        Assert.Equal(1, classifier.Score([0, 1], [-1, 1], scores.AsSpan()) == 0 ? 1 : 0);
        Assert.Equal([2 / 3.0, 1 / 3.0], scores.Select(s => Math.Round(s, 12)).Select(s => Math.Round(s * 3) / 3));

        // A query's distance may be less than any at Fit: it counts as 1e-12.
        classifier.Score([0, 1], [-7, 1], scores);
        Assert.Equal(1, scores[0], 1e-11);
        Assert.NotEqual(1, scores[0]);
        Assert.Equal(0, NearestNeighborClassifier.ShiftOf(new(1, [1, 0], [0.5f, 2])));
    }

    [Fact]
    public void Of_classes_with_equal_votes_the_first_wins()
    {
        double[] scores = new double[3];
        Assert.Equal(1, new NearestNeighborClassifier([2, 1], 3, 2).Score([0, 1], [4, 4], scores));
        Assert.Equal([0, 0.5, 0.5], scores);
    }

    [Fact]
    public void Few_rows_are_classified_by_all_there_are()
    {
        NearestNeighborClassifier one = NearestNeighborClassifier.Fit(new ExactNeighbors(new([1, 0], 1, 2)), [0], 1, cancellationToken: Cancellation);
        Assert.Equal([0], one.Predict(new(1, [0], [0.3f])));
        NearestNeighborClassifier two = NearestNeighborClassifier.Fit(new ExactNeighbors(new([1, 0, 0, 1], 2, 2)), [0, 1], 2, cancellationToken: Cancellation);
        Assert.Equal(1, two.Neighbors);
        Assert.Equal([1, 0], two.Predict(new(2, [1, 0, 0, 1], [0, 1, 0, 1])));
    }

    [Fact]
    public void What_cannot_be_classified_is_refused()
    {
        ExactNeighbors index = new(Rows);
        Assert.Throws<ArgumentException>(() => NearestNeighborClassifier.Fit(index, Labels.AsSpan(1), 3, cancellationToken: Cancellation));
        Assert.Contains("Row 2 has class 2", Assert.Throws<ArgumentException>(() => NearestNeighborClassifier.Fit(index, Labels, 2, cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
        Assert.Contains("Row 1 has class -1", Assert.Throws<ArgumentException>(() => NearestNeighborErrors.LeaveOneOut(new(1, [1, 0], [1, 1]), [0, -1])).Message, StringComparison.Ordinal);
        Assert.Contains("names row 5", Assert.Throws<ArgumentException>(() => NearestNeighborErrors.LeaveOneOut(new(1, [1, 5], [1, 1]), [0, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NearestNeighborErrors.LeaveOneOut(new(1, [1], [1]), [0, 1]));
        Assert.Throws<ArgumentException>(() => new NearestNeighborClassifier([], 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NearestNeighborClassifier([0], 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NearestNeighborClassifier([0], 1, 1, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighborClassifier.Fit(index, Labels, 3, new() { MostK = 1 }, cancellationToken: Cancellation));
        NearestNeighborClassifier classifier = new([0, 1], 2, 2);
        Assert.Throws<ArgumentException>(() => classifier.Score([2], [1], new double[2]));
        Assert.Throws<ArgumentException>(() => classifier.Score([], [], new double[2]));
        Assert.Throws<ArgumentException>(() => classifier.Score([0], [1], new double[3]));
    }

    private static EmbeddingMatrix Pick(EmbeddingMatrix rows, int[] numbers) =>
        new([.. numbers.SelectMany(i => rows.Row(i).ToArray())], numbers.Length, rows.Dimensions);
}
