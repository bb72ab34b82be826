using Mlnet.Embeddings.Adapters.Training;
using Mlnet.Embeddings.Clustering;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Batches drawn within k-means clusters of the anchors' frozen embeddings, so that the other examples of a batch are about the same things and make harder negatives. What is left of the
/// clusters after whole batches comes together in mixed ones.
/// </summary>
/// <remarks>"Embedding And Clustering Your Data Can Improve Contrastive Pretraining" (Merrick, 2024). Near rows are more often duplicates: these are no negatives of each other.</remarks>
public sealed class ClusteredBatches : BatchStrategy
{
    // Enough rows to place some hundred centroids; all rows are then assigned.
    private const int LargestSample = 50_000;
    private const int BatchesPerCluster = 4;

    /// <param name="clusters">k, at least 1; null for one for each four batches, so that batches are still mixed anew within a cluster.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    public ClusteredBatches(int? clusters = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters ?? 1, 1, nameof(clusters));
        Clusters = clusters;
    }

    /// <summary>k; null for one for each four batches.</summary>
    public int? Clusters { get; }

    /// <inheritdoc/>
    public override string Name => Clusters is int clusters ? $"clustered(clusters={clusters})" : "clustered";

    internal override int CountBatches(int examples, int batchSize) => CountWhole(examples, batchSize);

    internal override IBatchPlan Plan(ExampleTable table, int[] examples, int batchSize, int seed)
    {
        int clusters = Math.Min(examples.Length, Clusters ?? (int)Math.Max(1, examples.Length / ((long)BatchesPerCluster * batchSize)));
        int[] labels = Labels(table, examples, clusters, seed);
        List<int>[] members = [.. Enumerable.Range(0, clusters).Select(_ => new List<int>())];
        for (int i = 0; i < examples.Length; i++)
        {
            members[labels[i]].Add(examples[i]);
        }

        return new ClusterPlan([.. members.Select(list => list.ToArray())], batchSize);
    }

    private static int[] Labels(ExampleTable table, int[] examples, int clusters, int seed)
    {
        EmbeddingMatrix rows = new(examples.Length, table.AnchorDimensions);
        for (int i = 0; i < examples.Length; i++)
        {
            table.Anchors.Row(table.AnchorRow(examples[i])).CopyTo(rows.Row(i));
        }

        // Whatever the number of threads, the clusters are the same.
        KMeansOptions options = new() { Clusters = clusters, Seed = seed & int.MaxValue, MaxIterations = 25 };
        if (rows.Rows <= LargestSample)
        {
            return [.. KMeans.Fit(rows, options).Labels];
        }

        EmbeddingMatrix sample = new(LargestSample, rows.Dimensions);
        int[] order = [.. Enumerable.Range(0, rows.Rows)];
        Seeds.Of(seed, LargestSample, 0).Shuffle(order);
        for (int i = 0; i < LargestSample; i++)
        {
            rows.Row(order[i]).CopyTo(sample.Row(i));
        }

        return KMeans.Fit(sample, options).Assign(rows);
    }

    private sealed class ClusterPlan(int[][] clusters, int batchSize) : IBatchPlan
    {
        public void Draw(BatchList batches, Random random)
        {
            List<ArraySegment<int>> drawn = [];
            List<int> rest = [];
            foreach (int[] cluster in clusters)
            {
                int[] order = [.. cluster];
                random.Shuffle(order);
                int whole = order.Length / batchSize * batchSize;
                for (int first = 0; first < whole; first += batchSize)
                {
                    drawn.Add(new(order, first, batchSize));
                }

                rest.AddRange(order[whole..]);
            }

            AddRest([.. rest], drawn, random);
            ArraySegment<int>[] shuffled = [.. drawn];
            random.Shuffle(shuffled);
            foreach (ArraySegment<int> batch in shuffled)
            {
                batches.Add(batch);
            }
        }

        private void AddRest(int[] rest, List<ArraySegment<int>> drawn, Random random)
        {
            random.Shuffle(rest);
            int count = CountWhole(rest.Length, batchSize);
            for (int i = 0; i < count; i++)
            {
                int first = (int)((long)rest.Length * i / count), end = (int)((long)rest.Length * (i + 1) / count);
                drawn.Add(new(rest, first, end - first));
            }
        }
    }
}
