using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

public class ExactNeighborsTests
{
    [Theory]
    [InlineData(5, 3, 1)]
    [InlineData(300, 17, 5)]
    [InlineData(4500, 8, 50)]
    public void Neighbours_are_those_of_sorting_all_cosines(int count, int dimensions, int k)
    {
        EmbeddingMatrix rows = Uniform(count, dimensions, 1);
        EmbeddingMatrix queries = Uniform(130, dimensions, 2);

        NeighborLists lists = new ExactNeighbors(rows).Query(queries, k, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((130, k), (lists.Queries, lists.Count));
        for (int q = 0; q < queries.Rows; q++)
        {
            double[] cosines = [.. Enumerable.Range(0, count).Select(i => Cosine(queries.Row(q), rows.Row(i)))];
            double[] expected = [.. cosines.OrderDescending().Take(k)];
            Assert.Equal(k, lists.Indices(q).ToArray().Distinct().Count());
            for (int i = 0; i < k; i++)
            {
                Assert.Equal(expected[i], lists.Similarities(q)[i], 1e-5);
                Assert.Equal(cosines[lists.Indices(q)[i]], lists.Similarities(q)[i], 1e-5);
            }
        }
    }

    [Fact]
    public void Equal_rows_come_in_order_of_their_numbers()
    {
        EmbeddingMatrix rows = new(5000, 2);
        for (int i = 0; i < rows.Rows; i++)
        {
            rows.Row(i)[i % 2] = 1 + (i % 3);
        }

        ExactNeighbors neighbors = new(rows);

        Assert.Equal([0, 2, 4, 6, 8, 10, 12], neighbors.Query([1, 0], 7).Indices(0).ToArray());
        Assert.Equal([1, 3, 5, 7, 9, 11, 13], neighbors.Query([0, 9], 7).Indices(0).ToArray());
    }

    [Fact]
    public void One_query_gives_the_bits_it_gives_in_a_batch_whatever_the_threads()
    {
        ExactNeighbors neighbors = new(Uniform(3000, 33, 3));
        EmbeddingMatrix queries = Uniform(200, 33, 4);
        NeighborLists batch = neighbors.Query(queries, 10, threads: 4, TestContext.Current.CancellationToken);
        for (int q = 0; q < queries.Rows; q++)
        {
            NeighborLists one = neighbors.Query(queries.Row(q), 10);
            Assert.Equal(one.Indices(0).ToArray(), batch.Indices(q).ToArray());
            Assert.Equal(one.Similarities(0).ToArray(), batch.Similarities(q).ToArray());
        }
    }

    [Fact]
    public void A_row_is_not_its_own_neighbour_but_its_duplicate_is()
    {
        EmbeddingMatrix rows = Uniform(100, 6, 5);
        rows.Row(3).CopyTo(rows.Row(70));

        NeighborLists lists = new ExactNeighbors(rows).QueryRows(99, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(70, lists.Indices(3)[0]);
        Assert.Equal(3, lists.Indices(70)[0]);
        for (int i = 0; i < rows.Rows; i++)
        {
            Assert.Equal(Enumerable.Range(0, 100).Where(j => j != i), lists.Indices(i).ToArray().Order());
        }
    }

    [Fact]
    public void A_zero_vector_has_cosine_0_with_all()
    {
        EmbeddingMatrix rows = Uniform(10, 4, 6);
        rows.Row(2).Clear();
        ExactNeighbors neighbors = new(rows);
        NeighborLists lists = neighbors.Query(new float[4], 10);
        Assert.Equal(Enumerable.Range(0, 10), lists.Indices(0).ToArray());
        Assert.All(lists.Similarities(0).ToArray(), s => Assert.Equal(0, s));
    }

    [Theory]
    [InlineData(1e30f)]
    [InlineData(1e-30f)]
    public void Very_long_and_very_short_vectors_have_their_cosine(float length)
    {
        ExactNeighbors neighbors = new(new([length, 0, 0, length], 2, 2));
        Assert.Equal(0.8f, neighbors.Query([3 * length, 4 * length], 1).Similarities(0)[0], 1e-6f);
    }

    [Fact]
    public void Searches_that_cannot_be_answered_are_refused()
    {
        ExactNeighbors neighbors = new(Uniform(3, 2, 7));
        Assert.Throws<ArgumentException>(() => new ExactNeighbors(new(0, 2)));
        Assert.Contains("row 0 holds NaN", Assert.Throws<ArgumentException>(() => new ExactNeighbors(new([float.NaN], 1, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => neighbors.Query([1, 2, 3], 1));
        Assert.Throws<ArgumentException>(() => neighbors.Query([1, float.PositiveInfinity], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => neighbors.Query([1, 2], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => neighbors.Query([1, 2], 4));
        Assert.Contains("There are 2 rows to find", Assert.Throws<ArgumentOutOfRangeException>(() => neighbors.QueryRows(3, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    private static EmbeddingMatrix Uniform(int rows, int dimensions, int seed)
    {
        Random random = new(seed);
        EmbeddingMatrix matrix = new(rows, dimensions);
        foreach (ref float value in matrix.Values)
        {
            value = (random.NextSingle() * 2) - 1;
        }

        return matrix;
    }

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double xx = 0, yy = 0, xy = 0;
        for (int j = 0; j < x.Length; j++)
        {
            xx += (double)x[j] * x[j];
            yy += (double)y[j] * y[j];
            xy += (double)x[j] * y[j];
        }

        return xy / Math.Sqrt(xx * yy);
    }
}
