using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

public class HnswNeighborsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<VectorMetric> Metrics => [.. Enum.GetValues<VectorMetric>()];

    [Theory]
    [MemberData(nameof(Metrics))]
    public void At_least_98_of_100_true_neighbours_are_found_among_clustered_rows(VectorMetric metric)
    {
        EmbeddingMatrix rows = Clustered(3000, 48, clusters: 60, seed: 1);
        EmbeddingMatrix queries = Clustered(300, 48, clusters: 60, seed: 1);
        HnswNeighbors graph = new(rows, new() { Metric = metric }, Cancellation);
        ExactNeighbors exact = new(rows, metric);

        Assert.InRange(Recall(exact.Query(queries, 10, cancellationToken: Cancellation), graph.Query(queries, 10, cancellationToken: Cancellation)), 0.98, 1);
        Assert.InRange(Recall(exact.QueryRows(10, cancellationToken: Cancellation), graph.QueryRows(10, cancellationToken: Cancellation)), 0.98, 1);
    }

    [Fact]
    public void At_least_98_of_100_true_neighbours_are_found_among_embedded_titles()
    {
        string path = SharedFolder.PathOf("data/classification/ag_news/test.csv");
        EmbeddingMatrix rows = EmbeddingModel.Default.Encode([.. File.ReadLines(path).Skip(1).Take(4000).Where(l => l.Count(c => c == ',') >= 2).Select(l => l.Split(',')[1].Trim('"'))], cancellationToken: Cancellation);
        HnswNeighbors graph = new(rows, cancellationToken: Cancellation);
        Assert.InRange(Recall(new ExactNeighbors(rows).QueryRows(10, cancellationToken: Cancellation), graph.QueryRows(10, cancellationToken: Cancellation)), 0.98, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(900)]
    public void Rows_in_order_of_their_clusters_are_found_as_well(int step)
    {
        EmbeddingMatrix mixed = Clustered(2000, 32, clusters: 40, seed: 2);
        EmbeddingMatrix rows = new(2000, 32);
        int next = 0;
        for (int cluster = 0; cluster < 40; cluster++)
        {
            for (int i = cluster; i < 2000; i += 40)
            {
                mixed.Row(i).CopyTo(rows.Row(next++));
            }
        }

        HnswNeighbors graph = new(Slice(rows, 0, 100), cancellationToken: Cancellation);
        for (int from = 100; from < 2000; from += Math.Max(step, (2000 - from) / 20))
        {
            graph.Add(Slice(rows, from, Math.Min(2000 - from, Math.Max(step, (2000 - from) / 20))), cancellationToken: Cancellation);
        }

        Assert.Equal(2000, graph.Count);
        Assert.InRange(Recall(new ExactNeighbors(rows).QueryRows(10, cancellationToken: Cancellation), graph.QueryRows(10, cancellationToken: Cancellation)), 0.98, 1);
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void The_graph_and_its_lists_do_not_depend_on_the_threads(VectorMetric metric)
    {
        EmbeddingMatrix rows = Clustered(3000, 19, clusters: 30, seed: 3);
        EmbeddingMatrix queries = Clustered(50, 19, clusters: 30, seed: 3);
        byte[] Saved(int threads)
        {
            using MemoryStream stream = new();
            new HnswNeighbors(rows, new() { Metric = metric, Threads = threads }, Cancellation).Save(stream);
            return stream.ToArray();
        }

        Assert.Equal(Saved(1), Saved(4));
        HnswNeighbors graph = new(rows, new() { Metric = metric }, Cancellation);
        NeighborLists one = graph.Query(queries, 10, threads: 1, Cancellation);
        NeighborLists many = graph.Query(queries, 10, threads: 4, Cancellation);
        for (int q = 0; q < queries.Rows; q++)
        {
            NeighborLists alone = graph.Query(queries.Row(q), 10);
            Assert.Equal(alone.Indices(0).ToArray(), one.Indices(q).ToArray());
            Assert.Equal(alone.Distances(0).ToArray(), one.Distances(q).ToArray());
            Assert.Equal(one.Indices(q).ToArray(), many.Indices(q).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Hundreds_of_equal_rows_are_all_found(VectorMetric metric)
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(3000, 16, 4);
        for (int i = 0; i < 300; i++)
        {
            rows.Row(1).CopyTo(rows.Row(5 + (7 * i)));
            rows.Row(2500 + i).Clear();
        }

        HnswNeighbors graph = new(rows, new() { Metric = metric, M = 8, EfSearch = 300 }, Cancellation);
        ExactNeighbors exact = new(rows, metric);
        foreach (int row in new[] { 1, 12, 2500 })
        {
            // Duplicates go beyond what a graph search would hold; ties are shuffled alike.
            NeighborLists found = graph.Query(rows.Row(row), 60);
            NeighborLists expected = exact.Query(rows.Row(row), 60);
            Assert.Equal(expected.Distances(0).ToArray(), found.Distances(0).ToArray());
            Assert.Equal(60, found.Indices(0).ToArray().Distinct().Count());
        }

        if (metric != VectorMetric.Dot)
        {
            Assert.Equal(exact.Query(rows.Row(1), 60).Indices(0).ToArray(), graph.Query(rows.Row(1), 60).Indices(0).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void Rows_that_are_all_equal_or_all_zero_have_each_other(VectorMetric metric)
    {
        foreach (float value in new[] { 0f, 0.25f })
        {
            EmbeddingMatrix rows = new(500, 3);
            rows.Values.Fill(value);
            NeighborLists lists = new HnswNeighbors(rows, new() { Metric = metric }, Cancellation).QueryRows(5, cancellationToken: Cancellation);
            NeighborLists expected = new ExactNeighbors(rows, metric).QueryRows(5, cancellationToken: Cancellation);
            for (int q = 0; q < 500; q++)
            {
                Assert.Equal(expected.Indices(q).ToArray(), lists.Indices(q).ToArray());
                Assert.Equal(expected.Distances(q).ToArray(), lists.Distances(q).ToArray());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(40)]
    public void Few_rows_and_many_neighbours_are_answered_exactly(int count)
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(count, 7, 5);
        HnswNeighbors graph = new(rows, new() { Metric = VectorMetric.Euclidean }, Cancellation);
        ExactNeighbors exact = new(rows, VectorMetric.Euclidean);
        EmbeddingMatrix query = TextbookNeighbors.Normal(1, 7, 6);
        Assert.Equal(exact.Query(query.Row(0), count).Indices(0).ToArray(), graph.Query(query.Row(0), count).Indices(0).ToArray());
        Assert.Equal(exact.Row(count - 1).ToArray(), graph.Row(count - 1).ToArray());
        Assert.Equal(exact.Distance(query.Row(0), 0), graph.Distance(query.Row(0), 0));
    }

    [Fact]
    public void Rows_can_be_added_to_none()
    {
        HnswNeighbors graph = new(new EmbeddingMatrix(0, 3), cancellationToken: Cancellation);
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Query([1, 2, 3], 1));
        graph.Add(new EmbeddingMatrix([1, 0, 0, 0, 1, 0], 2, 3), cancellationToken: Cancellation);
        Assert.Equal([1, 0], graph.Query([1, 2, 3], 2).Indices(0).ToArray());
    }

    [Fact]
    public void What_cannot_be_added_or_searched_is_refused_and_adds_nothing()
    {
        HnswNeighbors graph = new(TextbookNeighbors.Normal(10, 2, 7), cancellationToken: Cancellation);
        Assert.Contains("row 1 holds NaN", Assert.Throws<ArgumentException>(() => graph.Add(new([1, 2, 3, float.NaN], 2, 2), cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => graph.Add(new EmbeddingMatrix(1, 3), cancellationToken: Cancellation));
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Add(new EmbeddingMatrix(1, 2), threads: 0, Cancellation));
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => graph.Add(new EmbeddingMatrix(1, 2), cancellationToken: source.Token));
        Assert.Equal(10, graph.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => graph.Row(10).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswNeighbors(new EmbeddingMatrix(1, 2), new() { M = 1 }, Cancellation));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswNeighbors(new EmbeddingMatrix(1, 2), new() { EfConstruction = 8 }, Cancellation));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HnswNeighbors(new EmbeddingMatrix(1, 2), new() { EfSearch = 0 }, Cancellation));
    }

    [Fact]
    public void A_search_of_one_vector_allocates_nothing()
    {
        EmbeddingMatrix rows = Clustered(2000, 24, clusters: 20, seed: 8);
        foreach (NeighborIndex index in new NeighborIndex[] { new HnswNeighbors(rows, cancellationToken: Cancellation), new ExactNeighbors(rows) })
        {
            int[] indices = new int[10];
            float[] distances = new float[10];
            index.Query(rows.Row(0), indices, distances);
            index.Query(rows.Row(1), indices, distances);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                index.Query(rows.Row(i), indices, distances);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
        }
    }

    [Fact]
    public void An_index_is_exact_up_to_a_size_and_a_graph_above_it()
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(50, 4, 9);
        Assert.IsType<ExactNeighbors>(NeighborIndex.Build(rows, new() { ExactUpTo = 50 }, Cancellation));
        NeighborIndex graph = NeighborIndex.Build(rows, new() { ExactUpTo = 49, Metric = VectorMetric.Dot, TieSeed = 3 }, Cancellation);
        Assert.IsType<HnswNeighbors>(graph);
        Assert.Equal((VectorMetric.Dot, 3, 50), (graph.Metric, graph.TieSeed, graph.Count));
    }

    private static double Recall(NeighborLists exact, NeighborLists found)
    {
        int hits = 0;
        for (int q = 0; q < exact.Queries; q++)
        {
            foreach (float distance in found.Distances(q))
            {
                hits += distance <= exact.Distances(q)[^1] ? 1 : 0;
            }
        }

        return (double)hits / (exact.Queries * exact.Count);
    }

    // Row i belongs to cluster i modulo their number.
    private static EmbeddingMatrix Clustered(int count, int dimensions, int clusters, int seed)
    {
        EmbeddingMatrix centres = TextbookNeighbors.Normal(clusters, dimensions, seed);
        EmbeddingMatrix rows = TextbookNeighbors.Normal(count, dimensions, seed + count, scale: 0.7);
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < dimensions; j++)
            {
                rows.Row(i)[j] += centres.Row(i % clusters)[j];
            }
        }

        return rows;
    }

    private static EmbeddingMatrix Slice(EmbeddingMatrix rows, int from, int count) =>
        new(rows.Values.Slice(from * rows.Dimensions, count * rows.Dimensions).ToArray(), count, rows.Dimensions);
}
