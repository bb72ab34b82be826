using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

public class KOccurrenceTests
{
    [Fact]
    public void Counts_are_those_of_sorting_every_row_of_distances()
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(250, 7, 1);
        int[] expected = new int[250];
        for (int i = 0; i < 250; i++)
        {
            double[] distances = TextbookNeighbors.Distances(rows.Row(i), rows, VectorMetric.Euclidean);
            distances[i] = double.MaxValue;
            foreach (int j in Enumerable.Range(0, 250).OrderBy(j => distances[j]).Take(4))
            {
                expected[j]++;
            }
        }

        ExactNeighbors index = new(rows, VectorMetric.Euclidean);
        Assert.Equal(expected, KOccurrence.Of(index, 4, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(expected, KOccurrence.Of(index.QueryRows(30, cancellationToken: TestContext.Current.CancellationToken), 4, 250));
    }

    [Fact]
    public void Queries_that_are_no_rows_are_counted_too()
    {
        Assert.Equal([2, 0, 1], KOccurrence.Of(new(2, [0, 1, 2, 1, 0, 1], [1, 2, 1, 2, 1, 2]), 1, 3));
    }

    [Fact]
    public void Lists_that_do_not_fit_are_refused()
    {
        NeighborLists lists = new(1, [0, 3], [1, 2]);
        Assert.Contains("query 1 names row 3", Assert.Throws<ArgumentException>(() => KOccurrence.Of(lists, 1, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => KOccurrence.Of(lists, 2, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => KOccurrence.Of(lists, 0, 4));
    }
}
