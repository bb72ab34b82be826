using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Hubness;

public class HubnessReductionTests
{
    public static TheoryData<HubnessReductionKind, VectorMetric, bool> Methods
    {
        get
        {
            TheoryData<HubnessReductionKind, VectorMetric, bool> data = [];
            foreach (HubnessReductionKind kind in Enum.GetValues<HubnessReductionKind>())
            {
                data.Add(kind, VectorMetric.Cosine, false);
                data.Add(kind, VectorMetric.Euclidean, false);
                data.Add(kind, VectorMetric.Euclidean, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Distances_of_rows_and_of_new_points_are_those_of_the_definition(HubnessReductionKind kind, VectorMetric metric, bool squared)
    {
        EmbeddingMatrix rows = Rows.Correlated(60, 7, 1);
        EmbeddingMatrix queries = Rows.Correlated(6, 7, 2);
        TextbookReductions textbook = new(rows, metric, 5, squared);
        HubnessReduction reduction = Fit(new ExactNeighbors(rows, metric), kind, new() { Neighbors = 5, SquaredEuclidean = squared });
        ScaledPoints scaled = Scaled(reduction, queries);
        double[] distances = new double[60];
        for (int i = 0; i < 6; i++)
        {
            reduction.Distances(reduction.Rows, i, reduction.Rows, distances);
            for (int j = 0; j < 60; j++)
            {
                if (j != i)
                {
                    AssertClose(textbook.Secondary(kind, (i, []), (j, [])), distances[j]);
                }
            }

            reduction.Distances(scaled, i, reduction.Rows, distances);
            for (int j = 0; j < 60; j++)
            {
                AssertClose(textbook.Secondary(kind, (-1, queries.Row(i).ToArray()), (j, [])), distances[j]);
            }

            AssertClose(textbook.Secondary(kind, (-1, queries.Row(i).ToArray()), (-1, queries.Row(5 - i).ToArray())), reduction.Distance(scaled, i, scaled, 5 - i));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Lists_rank_the_candidates_by_the_definition(HubnessReductionKind kind, VectorMetric metric, bool squared)
    {
        EmbeddingMatrix rows = Rows.Correlated(80, 5, 3);
        EmbeddingMatrix queries = Rows.Correlated(4, 5, 4);
        TextbookReductions textbook = new(rows, metric, 10, squared);
        HubnessReduction reduction = Fit(new ExactNeighbors(rows, metric), kind, new() { SquaredEuclidean = squared });
        NeighborLists ofRows = OfRows(reduction, 12);
        NeighborLists ofQueries = Nearest(reduction, queries, 12);
        for (int i = 0; i < 4; i++)
        {
            float[] query = queries.Row(i).ToArray();
            AssertRanked([.. Enumerable.Range(0, 80).Where(j => j != i).Select(j => (j, textbook.Secondary(kind, (i, []), (j, []))))], ofRows, i);
            AssertRanked([.. Enumerable.Range(0, 80).Select(j => (j, textbook.Secondary(kind, (-1, query), (j, []))))], ofQueries, i);
            Assert.Equal(ofQueries.Indices(i).ToArray(), reduction.Query(query, 12).Indices(0).ToArray());
        }
    }

    [Fact]
    public void Two_thousand_Gaussian_points_lose_more_than_half_of_their_skewness()
    {
        Random random = new(7);
        EmbeddingMatrix rows = new(2000, 300);
        foreach (ref float value in rows.Values)
        {
            value = (float)Rows.Normal(random);
        }

        ExactNeighbors index = new(rows, VectorMetric.Euclidean);
        NeighborLists candidates = index.QueryRows(100, cancellationToken: TestContext.Current.CancellationToken);
        double before = Skewness(candidates);
        Assert.InRange(before, 5, 11);
        foreach (HubnessReductionKind kind in Enum.GetValues<HubnessReductionKind>())
        {
            double after = Skewness(Ranked(Fit(index, kind, neighbors: candidates), candidates));
            Assert.True(after < before / 2, $"{kind} leaves {after} of {before}.");
        }
    }

    [Fact]
    public void Empirical_mutual_proximity_is_symmetric()
    {
        EmbeddingMatrix rows = Rows.Correlated(50, 4, 8);
        HubnessReduction reduction = Fit(new ExactNeighbors(rows), HubnessReductionKind.MutualProximityEmpirical);
        for (int i = 0; i < 50; i++)
        {
            for (int j = 0; j < 50; j++)
            {
                Assert.Equal(reduction.Distance(reduction.Rows, i, reduction.Rows, j), reduction.Distance(reduction.Rows, j, reduction.Rows, i));
            }
        }
    }

    [Fact]
    public void With_all_rows_as_neighbours_the_mean_distance_of_NICDM_has_its_closed_form_under_cosine()
    {
        const int n = 40;
        EmbeddingMatrix rows = Rows.Correlated(n, 6, 9);
        ExactNeighbors index = new(rows);
        double[] mean = new double[6];
        for (int i = 0; i < n; i++)
        {
            for (int d = 0; d < 6; d++)
            {
                mean[d] += index.Row(i)[d] / (double)n;
            }
        }

        HubnessReduction reduction = Fit(index, HubnessReductionKind.Nicdm, new() { Neighbors = n - 1 });
        for (int i = 0; i < n; i += 3)
        {
            double Mu(int row) => 1 - (((n * Enumerable.Range(0, 6).Sum(d => index.Row(row)[d] * mean[d])) - 1) / (n - 1));
            AssertClose(index.Distance(i, 5) / Math.Sqrt(Mu(i) * Mu(5)), reduction.Distance(reduction.Rows, i, reduction.Rows, 5));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Odd_rows_give_finite_distances_and_whole_lists(HubnessReductionKind kind, VectorMetric metric, bool squared)
    {
        EmbeddingMatrix duplicates = Rows.Correlated(30, 4, 10);
        for (int i = 0; i < 15; i++)
        {
            duplicates.Row(7).CopyTo(duplicates.Row(i));
        }

        duplicates.Row(20).Clear();
        duplicates.Row(21).Clear();
        EmbeddingMatrix equal = new([.. Enumerable.Repeat(0.3f, 24)], 6, 4);
        EmbeddingMatrix few = Rows.Correlated(3, 4, 11);
        EmbeddingMatrix apart = new(4, 4);
        for (int i = 0; i < 4; i++)
        {
            apart.Row(i)[i] = 1;
        }

        foreach (EmbeddingMatrix rows in new[] { duplicates, equal, few, apart, new EmbeddingMatrix(5, 4) })
        {
            HubnessReduction reduction = Fit(new ExactNeighbors(rows, metric), kind, new() { SquaredEuclidean = squared });
            CheckLists(OfRows(reduction, rows.Rows - 1), rows.Rows, isRows: true);
            CheckLists(Nearest(reduction, duplicates, rows.Rows), rows.Rows, isRows: false);
            Assert.True(double.IsFinite(reduction.Shift));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void One_row_is_found_by_everything(HubnessReductionKind kind, VectorMetric metric, bool squared)
    {
        HubnessReduction reduction = Fit(new ExactNeighbors(Rows.Correlated(1, 4, 12), metric), kind, new() { SquaredEuclidean = squared });
        NeighborLists found = Nearest(reduction, Rows.Correlated(3, 4, 13), 1);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, found.Indices(i)[0]);
            Assert.True(float.IsFinite(found.Distances(i)[0]));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => OfRows(reduction, 1));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Results_do_not_depend_on_threads_batches_or_who_searched(HubnessReductionKind kind, VectorMetric metric, bool squared)
    {
        EmbeddingMatrix rows = Rows.Correlated(300, 6, 14);
        EmbeddingMatrix queries = Rows.Correlated(70, 6, 15);
        ExactNeighbors index = new(rows, metric);
        HubnessReduction one = Fit(index, kind, new() { Threads = 1, Candidates = 40, SquaredEuclidean = squared });
        HubnessReduction other = Fit(index, kind, new() { Threads = 3, Candidates = 40, SquaredEuclidean = squared }, index.QueryRows(40, cancellationToken: TestContext.Current.CancellationToken));
        AssertSame(OfRows(one, 10, 1), OfRows(other, 10, 3));
        AssertSame(Nearest(one, queries, 10, 1), Nearest(other, queries, 10, 3));
        AssertSame(Nearest(one, queries, 10, 1), one.Query(queries, index.Query(queries, 40, cancellationToken: TestContext.Current.CancellationToken), 10, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(one.Shift, other.Shift, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Points_that_are_rows_have_the_scales_of_the_rows(HubnessReductionKind kind, VectorMetric metric, bool squared)
    {
        EmbeddingMatrix rows = Rows.Correlated(90, 6, 16);
        HubnessReduction reduction = Fit(new ExactNeighbors(rows, metric), kind, new() { SquaredEuclidean = squared });
        ScaledPoints some = Scaled(reduction, Rows.Slice(rows, 30, 20), amongRows: true);
        ScaledPoints queries = Scaled(reduction, Rows.Correlated(3, 6, 17));
        for (int i = 0; i < 20; i++)
        {
            AssertClose(reduction.Distance(queries, 1, reduction.Rows, 30 + i), reduction.Distance(queries, 1, some, i));
            AssertClose(reduction.Distance(reduction.Rows, 3, reduction.Rows, 30 + i), reduction.Distance(reduction.Rows, 3, some, i));
        }
    }

    [Fact]
    public void Equally_near_rows_are_shuffled_so_that_none_becomes_a_hub()
    {
        // 200 equal rows: in row order the first ten would stand in every list.
        EmbeddingMatrix rows = new([.. Enumerable.Repeat(1f, 600)], 200, 3);
        foreach (HubnessReductionKind kind in Enum.GetValues<HubnessReductionKind>())
        {
            HubnessReduction reduction = Fit(new ExactNeighbors(rows), kind);
            Assert.InRange(Counts(OfRows(reduction, 10)).Max(), 10, 30);
        }
    }

    [Fact]
    public void Votes_by_distances_that_can_be_negative_have_a_shift_from_the_fitted_rows()
    {
        EmbeddingMatrix rows = Rows.Correlated(100, 6, 18);
        foreach (HubnessReductionKind kind in Enum.GetValues<HubnessReductionKind>())
        {
            HubnessReduction reduction = Fit(new ExactNeighbors(rows), kind, new() { Candidates = 10 });
            NeighborLists lists = OfRows(reduction, 10);
            double least = Enumerable.Range(0, 100).Min(i => (double)lists.Distances(i)[0]);
            bool signed = kind is HubnessReductionKind.Csls or HubnessReductionKind.DisSimLocal;
            Assert.Equal(signed ? -least : 0, reduction.Shift, 1e-6);
            Assert.Equal(signed || kind == HubnessReductionKind.Nicdm ? -0.25 : 0.75, reduction.Similarity(0.25));
        }
    }

    [Fact]
    public void What_cannot_be_rescaled_is_refused_with_what_to_do()
    {
        EmbeddingMatrix rows = Rows.Correlated(20, 4, 19);
        Assert.Contains("dot product", Assert.Throws<ArgumentException>(() => Fit(new ExactNeighbors(rows, VectorMetric.Dot), HubnessReductionKind.Nicdm)).Message, StringComparison.Ordinal);
        Assert.Contains("Euclidean", Assert.Throws<ArgumentException>(() => Fit(new ExactNeighbors(rows), HubnessReductionKind.Nicdm, new() { SquaredEuclidean = true })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new ExactNeighbors(rows), (HubnessReductionKind)99));
        Assert.Throws<ArgumentOutOfRangeException>(() => Fit(new ExactNeighbors(rows), HubnessReductionKind.Nicdm, new() { Neighbors = 0 }));
        Assert.Contains("QueryRows", Assert.Throws<ArgumentException>(() => Fit(new ExactNeighbors(rows), HubnessReductionKind.Nicdm, neighbors: new ExactNeighbors(rows).QueryRows(3, cancellationToken: TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
        HubnessReduction reduction = Fit(new ExactNeighbors(rows), HubnessReductionKind.Nicdm);
        Assert.Contains("needed are 10 of 2", Assert.Throws<ArgumentException>(() => reduction.Query(new EmbeddingMatrix(2, 4), new ExactNeighbors(rows).Query(new EmbeddingMatrix(2, 4), 9, cancellationToken: TestContext.Current.CancellationToken), 3, cancellationToken: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Nearest(reduction, new EmbeddingMatrix(1, 5), 3));
        Assert.Throws<ArgumentException>(() => reduction.Query(new float[3], 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Nearest(reduction, rows, 21));
        Assert.Throws<ArgumentOutOfRangeException>(() => OfRows(reduction, 20));
        Assert.Throws<ArgumentException>(() => reduction.Distances(reduction.Rows, 0, reduction.Rows, new double[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => reduction.Distance(reduction.Rows, 20, reduction.Rows, 0));
    }

    private static HubnessReduction Fit(NeighborIndex index, HubnessReductionKind kind, HubnessReductionOptions? options = null, NeighborLists? neighbors = null) =>
        HubnessReduction.Fit(index, kind, options, neighbors, TestContext.Current.CancellationToken);

    private static NeighborLists OfRows(HubnessReduction reduction, int count, int? threads = null) => reduction.QueryRows(count, threads, TestContext.Current.CancellationToken);

    private static NeighborLists Ranked(HubnessReduction reduction, NeighborLists candidates) => reduction.QueryRows(candidates, 10, cancellationToken: TestContext.Current.CancellationToken);

    private static NeighborLists Nearest(HubnessReduction reduction, EmbeddingMatrix queries, int count, int? threads = null) => reduction.Query(queries, count, threads, TestContext.Current.CancellationToken);

    private static ScaledPoints Scaled(HubnessReduction reduction, EmbeddingMatrix points, bool amongRows = false) =>
        reduction.Scale(points, amongRows, cancellationToken: TestContext.Current.CancellationToken);

    private static void AssertRanked((int Row, double Distance)[] expected, NeighborLists lists, int query)
    {
        Array.Sort(expected, (a, b) => a.Distance.CompareTo(b.Distance));
        for (int i = 0; i < lists.Count; i++)
        {
            AssertClose(expected[i].Distance, lists.Distances(query)[i]);
            AssertClose(expected.Single(e => e.Row == lists.Indices(query)[i]).Distance, lists.Distances(query)[i]);
        }

        Assert.Equal(lists.Count, lists.Indices(query).ToArray().Distinct().Count());
    }

    // Five digits of the result, or of the numbers up to 1 (and tens of squared lengths) that it is a difference of.
    private static void AssertClose(double expected, double found) =>
        Assert.True(Math.Abs(expected - found) <= 1e-5 * Math.Max(Math.Abs(expected), 0.5), $"Expected {expected:R}, found {found:R}.");

    private static void AssertSame(NeighborLists expected, NeighborLists found)
    {
        for (int i = 0; i < expected.Queries; i++)
        {
            Assert.Equal(expected.Indices(i).ToArray(), found.Indices(i).ToArray());
            Assert.Equal(expected.Distances(i).ToArray(), found.Distances(i).ToArray(), (a, b) => Math.Abs(a - b) < 1e-6f * Math.Max(1, Math.Abs(a)));
        }
    }

    private static void CheckLists(NeighborLists lists, int rows, bool isRows)
    {
        for (int i = 0; i < lists.Queries; i++)
        {
            int[] found = lists.Indices(i).ToArray();
            Assert.Equal(lists.Count, found.Distinct().Count());
            Assert.All(found, f => Assert.InRange(f, 0, rows - 1));
            Assert.True(!isRows || !found.Contains(i));
            Assert.All(lists.Distances(i).ToArray(), d => Assert.True(float.IsFinite(d)));
            Assert.Equal(lists.Distances(i).ToArray().Order(), lists.Distances(i).ToArray());
        }
    }

    private static double Skewness(NeighborLists lists) => HubnessMeasures.Of(Counts(lists), 10).Skewness;

    private static int[] Counts(NeighborLists lists)
    {
        int[] counts = new int[lists.Queries];
        for (int i = 0; i < lists.Queries; i++)
        {
            foreach (int neighbor in lists.Indices(i)[..10])
            {
                counts[neighbor]++;
            }
        }

        return counts;
    }
}
