using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Core.Tests.Adapters.Training;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Batches;

public class BatchStrategyTests
{
    // 40 rows of class 0, 20 of class 1, then 3, 2 and 1 of the small ones.
    private static readonly int[] Labels = [.. Enumerable.Repeat(0, 40), .. Enumerable.Repeat(1, 20), 2, 2, 2, 3, 3, 4];

    [Fact]
    public void Class_aware_batches_hold_rows_of_each_class_and_no_row_twice()
    {
        int[][] batches = Draw(new ClassAwareBatches(2), Table(Labels), 10);

        Assert.Equal(7, batches.Length);
        foreach (int[] batch in batches)
        {
            Assert.Equal(batch.Length, batch.Distinct().Count());
            Dictionary<int, int> rows = batch.CountBy(row => Labels[row]).ToDictionary();
            Assert.Equal([0, 1, 2, 3, 4], rows.Keys.Order());
            Assert.Equal((2, 2, 2, 2, 1), (rows[0], rows[1], rows[2], rows[3], rows[4]));
        }
    }

    [Fact]
    public void With_more_classes_than_fit_a_batch_each_comes_up_equally_often()
    {
        int[] labels = [.. Enumerable.Range(0, 120).Select(i => i % 12)];

        int[][] batches = Draw(new ClassAwareBatches(3), Table(labels), 12);

        Assert.All(batches, batch => Assert.All(batch.CountBy(row => labels[row]), classRows => Assert.Equal(3, classRows.Value)));
        Dictionary<int, int> all = batches.SelectMany(batch => batch).CountBy(row => labels[row]).ToDictionary();
        Assert.Equal(12, all.Count);
        Assert.InRange(all.Values.Max() - all.Values.Min(), 0, 3);
    }

    [Fact]
    public void Class_aware_batches_refuse_rows_without_a_class()
        => Assert.Contains("need rows with a class", Assert.Throws<ArgumentException>(() => Draw(new ClassAwareBatches(), PlantedData.Pairs(20, 4, 1).Table!, 10)).Message, StringComparison.Ordinal);

    [Fact]
    public void Clustered_batches_are_of_one_cluster_as_far_as_whole_batches_go_and_leave_no_example_out()
    {
        // Four far apart bundles of 25, 15, 33 and 7 rows; batches of 10.
        int[] bundles = [.. Enumerable.Repeat(0, 25), .. Enumerable.Repeat(1, 15), .. Enumerable.Repeat(2, 33), .. Enumerable.Repeat(3, 7)];
        EmbeddingMatrix rows = PlantedData.Normal(bundles.Length, 4, 1);
        for (int i = 0; i < bundles.Length; i++)
        {
            rows.Row(i)[bundles[i]] += 50;
        }

        int[][] batches = Draw(new ClusteredBatches(4), AdapterTrainingData.FromPairs(rows, rows).Table!, 10);

        Assert.Equal(8, batches.Length);
        Assert.Equal(Enumerable.Range(0, bundles.Length), batches.SelectMany(batch => batch).Order());
        Assert.True(batches.Count(batch => batch.Select(row => bundles[row]).Distinct().Count() == 1) >= 2 + 1 + 3);
    }

    [Fact]
    public void A_seed_gives_the_same_batches_and_another_seed_others()
    {
        foreach (BatchStrategy strategy in new BatchStrategy[] { new ClassAwareBatches(), new ClusteredBatches(3), new ClusteredBatches() })
        {
            Assert.Equal(Draw(strategy, Table(Labels), 12), Draw(strategy, Table(Labels), 12));
            Assert.NotEqual(Draw(strategy, Table(Labels), 12), Draw(strategy, Table(Labels), 12, seed: 2));
        }
    }

    [Fact]
    public void An_epoch_has_as_many_batches_as_the_strategy_says()
    {
        foreach (BatchStrategy strategy in new BatchStrategy[] { new ShuffledBatches(), new ClassAwareBatches(), new ClusteredBatches(3), new ClusteredBatches() })
        {
            foreach (int size in new[] { 2, 7, 16, 66, 100 })
            {
                Assert.Equal(strategy.CountBatches(Labels.Length, size), Draw(strategy, Table(Labels), size).Length);
            }
        }
    }

    private static ExampleTable Table(int[] labels) => AdapterTrainingData.FromLabels(PlantedData.Normal(labels.Length, 4, 3), labels).Table!;

    private static int[][] Draw(BatchStrategy strategy, ExampleTable table, int batchSize, int seed = 1)
    {
        BatchList batches = new();
        strategy.Plan(table, [.. Enumerable.Range(0, table.Count)], batchSize, 1).Draw(batches, new Random(seed));
        return [.. Enumerable.Range(0, batches.Count).Select(i => batches[i].ToArray())];
    }
}
