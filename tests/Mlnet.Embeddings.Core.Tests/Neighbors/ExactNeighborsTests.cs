using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

public class ExactNeighborsTests
{
    public static TheoryData<VectorMetric> Metrics => [.. Enum.GetValues<VectorMetric>()];

    [Theory]
    [InlineData(5, 3, 1, VectorMetric.Cosine)]
    [InlineData(300, 17, 5, VectorMetric.Cosine)]
    [InlineData(4500, 8, 50, VectorMetric.Cosine)]
    [InlineData(5, 3, 5, VectorMetric.Dot)]
    [InlineData(4500, 33, 20, VectorMetric.Dot)]
    [InlineData(1, 3, 1, VectorMetric.Euclidean)]
    [InlineData(300, 40, 300, VectorMetric.Euclidean)]
    [InlineData(4500, 8, 20, VectorMetric.Euclidean)]
    public void Neighbours_are_those_of_sorting_all_distances(int count, int dimensions, int k, VectorMetric metric)
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(count, dimensions, 1);
        EmbeddingMatrix queries = TextbookNeighbors.Normal(130, dimensions, 2);

        NeighborLists lists = new ExactNeighbors(rows, metric).Query(queries, k, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((130, k), (lists.Queries, lists.Count));
        for (int q = 0; q < queries.Rows; q++)
        {
            Check(TextbookNeighbors.Distances(queries.Row(q), rows, metric), lists.Indices(q), lists.Distances(q), metric == VectorMetric.Cosine ? 2e-7 : 0);
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Rows_that_float32_cannot_tell_apart_are_ranked_as_float64_ranks_them(VectorMetric metric)
    {
        // 400 rows within 1e-5 of each other, far from the origin: their products are all alike in float32.
        EmbeddingMatrix rows = TextbookNeighbors.Normal(400, 24, 3, offset: 3, scale: 1e-5);
        ExactNeighbors neighbors = new(rows, metric);
        NeighborLists lists = neighbors.QueryRows(7, threads: 2, TestContext.Current.CancellationToken);
        for (int q = 0; q < rows.Rows; q++)
        {
            double[] distances = new double[400];
            for (int i = 0; i < 400; i++)
            {
                // Half the squared distance of unit rows is 1 − cos without its cancellation.
                double euclidean = TextbookNeighbors.Distance(neighbors.Row(q), neighbors.Row(i), VectorMetric.Euclidean);
                distances[i] = i == q ? double.MaxValue : metric == VectorMetric.Cosine ? euclidean * euclidean / 2 : TextbookNeighbors.Distance(neighbors.Row(q), neighbors.Row(i), metric);
            }

            Check(distances, lists.Indices(q), lists.Distances(q), absolute: 0);
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void One_query_gives_the_bits_it_gives_in_a_batch_whatever_the_threads(VectorMetric metric)
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(3000, 33, 3);
        for (int i = 0; i < 1000; i++)
        {
            rows.Row(i % 40).CopyTo(rows.Row(2000 + i));
        }

        ExactNeighbors neighbors = new(rows, metric);
        EmbeddingMatrix queries = TextbookNeighbors.Normal(230, 33, 4);
        rows.Row(7).CopyTo(queries.Row(100));
        NeighborLists batch = neighbors.Query(queries, 10, threads: 4, TestContext.Current.CancellationToken);
        NeighborLists other = neighbors.Query(queries, 10, threads: 1, TestContext.Current.CancellationToken);
        int[] indices = new int[10];
        float[] distances = new float[10];
        for (int q = 0; q < queries.Rows; q++)
        {
            neighbors.Query(queries.Row(q), indices, distances);
            Assert.Equal(indices, batch.Indices(q).ToArray());
            Assert.Equal(distances, batch.Distances(q).ToArray());
            Assert.Equal(indices, other.Indices(q).ToArray());
            Assert.Equal(distances, other.Distances(q).ToArray());
            Assert.Equal(distances[3], neighbors.Distance(queries.Row(q), indices[3]));
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_row_is_not_its_own_neighbour_but_its_duplicate_is(VectorMetric metric)
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(100, 6, 5);
        rows.Row(3).CopyTo(rows.Row(70));

        NeighborLists lists = new ExactNeighbors(rows, metric).QueryRows(99, cancellationToken: TestContext.Current.CancellationToken);

        if (metric != VectorMetric.Dot)
        {
            Assert.Equal((70, 0f), (lists.Indices(3)[0], lists.Distances(3)[0]));
            Assert.Equal((3, 0f), (lists.Indices(70)[0], lists.Distances(70)[0]));
        }

        for (int i = 0; i < rows.Rows; i++)
        {
            Assert.Equal(Enumerable.Range(0, 100).Where(j => j != i), lists.Indices(i).ToArray().Order());
        }
    }

    [Fact]
    public void Without_a_seed_equal_rows_come_in_order_of_their_numbers()
    {
        EmbeddingMatrix rows = new(5000, 2);
        for (int i = 0; i < rows.Rows; i++)
        {
            rows.Row(i)[i % 2] = 1 + (i % 3);
        }

        ExactNeighbors neighbors = new(rows, tieSeed: null);

        Assert.Equal([0, 2, 4, 6, 8, 10, 12], neighbors.Query([1, 0], 7).Indices(0).ToArray());
        Assert.Equal([1, 3, 5, 7, 9, 11, 13], neighbors.Query([0, 9], 7).Indices(0).ToArray());
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Rows_that_are_all_equal_make_no_hubs_when_ties_are_shuffled(VectorMetric metric)
    {
        EmbeddingMatrix rows = new(1000, 3);
        rows.Values.Fill(0.5f);

        int Most(int? seed) => new ExactNeighbors(rows, metric, seed).QueryRows(5, cancellationToken: TestContext.Current.CancellationToken) is var lists
            ? Enumerable.Range(0, 1000).SelectMany(q => lists.Indices(q).ToArray()).CountBy(i => i).Max(c => c.Value)
            : 0;

        Assert.Equal(999, Most(null));

        // A row stands in 5 lists on average; 20 would be beyond six standard deviations.
        Assert.InRange(Most(0), 6, 20);
        Assert.InRange(Most(1), 6, 20);
    }

    [Fact]
    public void The_same_seed_shuffles_alike_and_another_one_differently()
    {
        EmbeddingMatrix rows = new(200, 2);
        rows.Values.Fill(1);
        int[] Found(int? seed) => new ExactNeighbors(rows, VectorMetric.Euclidean, seed).Query([2, 3], 10).Indices(0).ToArray();

        Assert.Equal(Found(0), Found(0));
        Assert.NotEqual(Found(0), Found(1));
        Assert.Equal(Enumerable.Range(0, 10), Found(null));
    }

    [Fact]
    public void A_zero_vector_has_cosine_0_with_all()
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(10, 4, 6);
        rows.Row(2).Clear();
        ExactNeighbors neighbors = new(rows);
        NeighborLists lists = neighbors.Query(new float[4], 10);
        Assert.Equal(Enumerable.Range(0, 10), lists.Indices(0).ToArray().Order());
        Assert.All(lists.Distances(0).ToArray(), d => Assert.Equal(1, d));
        Assert.Equal(1, neighbors.Distance(rows.Row(5), 2));
        Assert.Equal(1, neighbors.Distance(2, 5));
        Assert.Equal(0, neighbors.Distance(5, 5));
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(1e-30f)]
    public void Very_long_and_very_short_vectors_have_their_cosine(float length)
    {
        ExactNeighbors neighbors = new(new([length, 0, 0, length], 2, 2));
        Assert.Equal(0.2f, neighbors.Query([3 * length, 4 * length], 1).Distances(0)[0], 1e-6f);
    }

    [Theory]
    [InlineData(1e17f)]
    [InlineData(1f)]
    [InlineData(1e-30f)]
    public void Lengths_from_the_smallest_to_the_largest_that_can_be_squared_are_ranked(float length)
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(100, 5, 7, scale: length);
        EmbeddingMatrix query = TextbookNeighbors.Normal(1, 5, 8, scale: length);
        NeighborLists lists = new ExactNeighbors(rows, VectorMetric.Euclidean).Query(query.Row(0), 10);
        Check(TextbookNeighbors.Distances(query.Row(0), rows, VectorMetric.Euclidean), lists.Indices(0), lists.Distances(0), absolute: 0);
    }

    [Fact]
    public void The_rows_are_copied_and_given_back_as_they_are_compared()
    {
        EmbeddingMatrix rows = new([3, 4, 0, 2], 2, 2);
        ExactNeighbors cosine = new(rows);
        ExactNeighbors euclidean = new(rows, VectorMetric.Euclidean);
        rows.Values.Clear();
        Assert.Equal([0.6f, 0.8f], cosine.Row(0).ToArray());
        Assert.Equal([3f, 4f], euclidean.Row(0).ToArray());
        Assert.Equal(2, euclidean.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => cosine.Row(2).Length);
    }

    [Fact]
    public void One_row_answers_queries_and_has_no_neighbour()
    {
        ExactNeighbors neighbors = new(new([1, 2], 1, 2), VectorMetric.Euclidean);
        Assert.Equal(1, neighbors.Query([1, 3], 1).Distances(0)[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => neighbors.QueryRows(1, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void No_queries_have_no_lists()
    {
        NeighborLists lists = new ExactNeighbors(TextbookNeighbors.Normal(3, 2, 7)).Query(new EmbeddingMatrix(0, 2), 2, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0, 2), (lists.Queries, lists.Count));
    }

    [Fact]
    public void Searches_that_cannot_be_answered_are_refused()
    {
        ExactNeighbors neighbors = new(TextbookNeighbors.Normal(3, 2, 7));
        Assert.Throws<ArgumentException>(() => new ExactNeighbors(new(0, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExactNeighbors(new(1, 2), (VectorMetric)7));
        foreach (VectorMetric metric in Enum.GetValues<VectorMetric>())
        {
            Assert.Contains("row 1 holds NaN", Assert.Throws<ArgumentException>(() => new ExactNeighbors(new([0, float.NaN], 2, 1), metric)).Message, StringComparison.Ordinal);
        }

        Assert.Contains("row 0 is longer than 1e18", Assert.Throws<ArgumentException>(() => new ExactNeighbors(new([2e18f], 1, 1), VectorMetric.Dot)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => neighbors.Query([1, 2, 3], 1));
        Assert.Throws<ArgumentException>(() => neighbors.Query([1, float.PositiveInfinity], 1));
        Assert.Throws<ArgumentException>(() => neighbors.Query([1, 2], new int[2], new float[3]));
        Assert.Throws<ArgumentException>(() => neighbors.Query(new EmbeddingMatrix(1, 3), 1, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentOutOfRangeException>(() => neighbors.Query([1, 2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => neighbors.Query([1, 2], 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => neighbors.QueryRows(1, threads: 0, TestContext.Current.CancellationToken));
        Assert.Contains("There are 2 rows to find", Assert.Throws<ArgumentOutOfRangeException>(() => neighbors.QueryRows(3, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_can_be_cancelled()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        ExactNeighbors neighbors = new(TextbookNeighbors.Normal(30, 2, 7));
        Assert.ThrowsAny<OperationCanceledException>(() => neighbors.QueryRows(1, cancellationToken: source.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => neighbors.Query(new EmbeddingMatrix(1, 2), 1, cancellationToken: source.Token));
    }

    // The i-th distance is the i-th smallest, and the row named has it; nothing stands twice. Beside float32's rounding of the distance there is, for the cosine, that of the unit rows.
    private static void Check(double[] distances, ReadOnlySpan<int> indices, ReadOnlySpan<float> found, double absolute)
    {
        double[] expected = [.. distances.Order().Take(indices.Length)];
        Assert.Equal(indices.Length, indices.ToArray().Distinct().Count());
        for (int i = 0; i < indices.Length; i++)
        {
            double error = (1.3e-7 * Math.Abs(expected[i])) + absolute;
            Assert.InRange(found[i], expected[i] - error, expected[i] + error);
            Assert.InRange(distances[indices[i]], expected[i] - error, expected[i] + error);
        }
    }
}
