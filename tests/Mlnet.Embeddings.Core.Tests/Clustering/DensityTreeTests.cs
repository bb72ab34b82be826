using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Core.Tests.Neighbors;
using Mlnet.Embeddings.Core.Tests.Persistence;
using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Clustering;

public class DensityTreeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // On a line: two tight groups of four, 1 and 2 apart, near each other; a group of five farther away; one row between nothing.
    private static readonly float[] Line = [0, 1, 2, 3, 10, 11, 12, 13, 100, 102, 104, 106, 108, 400];

    [Fact]
    public void Groups_on_a_line_nest_as_they_lie()
    {
        DensityTree tree = DensityTree.Fit(new(Line, Line.Length, 1), new() { MinimumClusterSize = 4, MinimumPoints = 1, Metric = VectorMetric.Euclidean }, Cancellation);
        Assert.Equal(["", "1", "1.1", "1.2", "2"], tree.Clusters.Select(c => c.Key));
        Assert.Equal([14, 8, 4, 4, 5], tree.Clusters.Select(c => c.Size));
        Assert.Equal([-1, 0, 1, 1, 0], tree.Clusters.Select(c => c.Parent));
        Assert.Equal([double.PositiveInfinity, 87, 7, 7, 87], tree.Clusters.Select(c => c.Birth));
        Assert.Equal([87, 7, 1, 1, 2], tree.Clusters.Select(c => c.Split));
        Assert.Equal([2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 0], tree.Owners.ToArray());

        // 1/ε where rows leave − 1/ε where the cluster is born, for each of its rows.
        double[] stabilities = [14 * 0, 8 * ((1 / 7.0) - (1 / 87.0)), 4 * (1 - (1 / 7.0)), 4 * (1 - (1 / 7.0)), 5 * ((1 / 2.0) - (1 / 87.0))];
        stabilities[0] = (13 / 87.0) + (1 / 292.0);
        Assert.All(stabilities.Zip(tree.Clusters), pair => Assert.Equal(pair.First, pair.Second.Stability, 1e-9));
        Assert.Equal(["1.1", "1.2", "2"], tree.FlatClusters.Select(c => c.Key));
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, -1], tree.Labels.ToArray());
    }

    [Fact]
    public void A_cluster_that_holds_more_mass_than_those_inside_is_chosen_in_their_place()
    {
        // Two groups hardly farther from each other than their rows, and another far away.
        float[] line = [0, 1, 2, 3, 4.1f, 5.1f, 6.1f, 7.1f, 100, 101, 102, 103];
        DensityTreeOptions options = new() { MinimumClusterSize = 4, MinimumPoints = 1, Metric = VectorMetric.Euclidean };
        Assert.Equal(["1", "2"], DensityTree.Fit(new(line, 12, 1), options, Cancellation).FlatClusters.Select(c => c.Key));
        options.Selection = ClusterSelection.Leaves;
        Assert.Equal(["1.1", "1.2", "2"], DensityTree.Fit(new(line, 12, 1), options, Cancellation).FlatClusters.Select(c => c.Key));
    }

    [Theory]
    [InlineData(VectorMetric.Euclidean, 1, 5)]
    [InlineData(VectorMetric.Euclidean, 4, 5)]
    [InlineData(VectorMetric.Cosine, 4, 8)]
    [InlineData(VectorMetric.Cosine, 7, 2)]
    public void Every_level_is_the_DBSCAN_of_that_distance(VectorMetric metric, int points, int size)
    {
        EmbeddingMatrix rows = Clumps(150, 4);
        DensityTree tree = DensityTree.Fit(rows, new() { MinimumClusterSize = size, MinimumPoints = points, Metric = metric, Neighbors = 149 }, Cancellation);
        double[] levels = [.. tree.Clusters.SelectMany(c => new[] { c.Split * 1.001, c.Split * 0.999 }).Where(l => l > 0)];
        Assert.True(levels.Length >= 10, "The rows hold too few clusters to prove anything.");
        foreach (double level in levels)
        {
            // A set of the level is a cluster whose birth lies above and whose split lies below or at it; its rows are those that have not left yet.
            int[] expected = TextbookDensity.Dbscan(rows, level, points, size, metric);
            int[] found = TextbookDensity.Cut(tree, level);
            Assert.Equal(TextbookDensity.Sets(expected), TextbookDensity.Sets(found));
        }
    }

    [Fact]
    public void Lists_of_a_few_neighbours_find_the_tree_of_all_of_them_where_clusters_are_apart()
    {
        EmbeddingMatrix rows = Clumps(200, 5);
        DensityTree whole = DensityTree.Fit(rows, new() { Neighbors = 199 }, Cancellation);
        DensityTree few = DensityTree.Fit(rows, new() { Neighbors = 40 }, Cancellation);
        Assert.Equal(whole.FlatClusters.Select(c => c.Size), few.FlatClusters.Select(c => c.Size));
        Assert.Equal(whole.Labels.ToArray(), few.Labels.ToArray());
        Assert.Equal(few.Owners.ToArray(), DensityTree.Fit(rows, new() { Neighbors = 40, Threads = 1 }, Cancellation).Owners.ToArray());
    }

    [Fact]
    public void Fitted_rows_are_located_where_they_are_and_others_where_they_would_be()
    {
        EmbeddingMatrix rows = Clumps(200, 5);
        rows.Row(7).CopyTo(rows.Row(8));
        DensityTree tree = DensityTree.Fit(rows, cancellationToken: Cancellation);
        for (int row = 0; row < rows.Rows; row++)
        {
            Assert.Equal(tree.Owners[row], tree.Locate(rows.Row(row)));
        }

        int[] assigned = tree.Assign(rows, cancellationToken: Cancellation);
        EmbeddingMatrix distances = tree.Distances(rows, cancellationToken: Cancellation);
        for (int row = 0; row < rows.Rows; row++)
        {
            double[] all = TextbookNeighbors.Distances(rows.Row(row), rows, VectorMetric.Cosine);
            for (int label = 0; label < tree.FlatClusters.Count; label++)
            {
                Assert.Equal(Enumerable.Range(0, all.Length).Where(i => tree.Labels[i] == label).Min(i => all[i]), distances.Row(row)[label], 1e-6);
            }

            Assert.True(tree.Labels[row] < 0 || tree.Labels[row] == assigned[row]);
        }

        // Nothing like any fitted row lies in no cluster.
        Assert.Equal(0, tree.Locate([-1, -1, -1, -1]));
    }

    [Fact]
    public void Rows_without_clusters_are_one_and_equal_rows_hang_together()
    {
        DensityTree even = DensityTree.Fit(new([1, 2, 3, 4, 5, 6], 6, 1), new() { MinimumClusterSize = 4, MinimumPoints = 1, Metric = VectorMetric.Euclidean }, Cancellation);
        Assert.Equal([""], even.FlatClusters.Select(c => c.Key));
        Assert.Equal([0, 0, 0, 0, 0, 0], even.Labels.ToArray());
        EmbeddingMatrix twice = new([.. Enumerable.Repeat(new float[] { 1, 0 }, 30).SelectMany(v => v), .. Enumerable.Repeat(new float[] { 0, 1 }, 20).SelectMany(v => v), .. new float[12]], 56, 2);
        DensityTree equal = DensityTree.Fit(twice, new() { MinimumClusterSize = 5, MinimumPoints = 3, Neighbors = 4 }, Cancellation);
        Assert.Equal([30, 20], equal.FlatClusters.Select(c => c.Size));
        Assert.Equal([.. Enumerable.Repeat(0, 30), .. Enumerable.Repeat(1, 20), .. Enumerable.Repeat(-1, 6)], equal.Labels.ToArray());
    }

    [Fact]
    public void A_saved_tree_gives_the_same_bits_and_a_damaged_or_forged_one_is_refused_or_can_be_used()
    {
        EmbeddingMatrix rows = Clumps(60, 3);
        DensityTree tree = DensityTree.Fit(rows, new() { MinimumClusterSize = 4, MinimumPoints = 3 }, Cancellation);
        Assert.True(tree.Clusters.Count > 3, "The rows hold too few clusters to prove anything.");
        using MemoryStream stream = new();
        tree.Save(stream);
        DensityTree loaded = DensityTree.Load(new MemoryStream(stream.ToArray()));
        Assert.Equal(tree.Clusters, loaded.Clusters);
        Assert.Equal(tree.Owners.ToArray(), loaded.Owners.ToArray());
        Assert.Equal(tree.Labels.ToArray(), loaded.Labels.ToArray());
        Assert.Equal(tree.Distances(rows, cancellationToken: Cancellation).Values.ToArray(), loaded.Distances(rows, cancellationToken: Cancellation).Values.ToArray());
        ForgedArchive.AssertRefusedOrUsable(stream.ToArray(), forged =>
        {
            DensityTree read = DensityTree.Load(forged);
            Assert.InRange(read.Locate(new float[read.Dimensions]), 0, read.Clusters.Count - 1);
            read.Assign(new EmbeddingMatrix(2, read.Dimensions), cancellationToken: Cancellation);
        });
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        EmbeddingMatrix rows = Clumps(30, 3);
        Assert.Contains("There are 9 rows", Assert.Throws<ArgumentException>(() => DensityTree.Fit(new EmbeddingMatrix(9, 2), cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
        foreach (DensityTreeOptions options in (DensityTreeOptions[])[new() { MinimumClusterSize = 1 }, new() { MinimumPoints = 0 }, new() { Neighbors = 0 }, new() { Metric = VectorMetric.Dot }, new() { Selection = (ClusterSelection)9 }, new() { Threads = 0 }, new() { ExactUpTo = -1 }])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => DensityTree.Fit(rows, options, Cancellation));
        }

        rows.Row(4)[0] = float.NaN;
        Assert.Contains("row 4", Assert.Throws<ArgumentException>(() => DensityTree.Fit(rows, cancellationToken: Cancellation)).Message, StringComparison.Ordinal);
    }

    // Normal rows around centres of different widths, and some anywhere.
    private static EmbeddingMatrix Clumps(int count, int seed)
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(count, 4, seed);
        EmbeddingMatrix centres = TextbookNeighbors.Normal(7, 4, seed + 100, offset: 1);
        for (int row = 0; row < count; row++)
        {
            for (int j = 0; row % 8 < 7 && j < 4; j++)
            {
                rows.Row(row)[j] = (5 * centres.Row(row % 8)[j]) + (rows.Row(row)[j] * (0.1f + (0.05f * (row % 8))));
            }
        }

        return rows;
    }
}
