namespace Mlnet.Embeddings.Neighbors;

/// <summary>The k-occurrence N_k(x): in how many lists of k nearest neighbours a row stands (Radovanović, Nanopoulos and Ivanović, 2010).</summary>
public static class KOccurrence
{
    /// <summary>Counts in the lists of every row of an index, itself left out. Takes memory for n·k neighbours, never for n×n distances.</summary>
    /// <param name="index">The rows.</param>
    /// <param name="neighbors">k, 1..n−1.</param>
    /// <param name="threads">The most threads to use; by default one a processor.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>n counts, whose sum is n·k.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer other rows than k.</exception>
    public static int[] Of(NeighborIndex index, int neighbors, int? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(index);
        return Of(index.QueryRows(neighbors, threads, cancellationToken), neighbors, index.Count);
    }

    /// <summary>Counts in lists.</summary>
    /// <param name="lists">Neighbours among the rows, as many as are counted or more.</param>
    /// <param name="neighbors">How many of each list count, k.</param>
    /// <param name="rows">Number of rows, n.</param>
    /// <returns>n counts.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The lists are shorter than k.</exception>
    /// <exception cref="ArgumentException">A list names a row beyond n.</exception>
    public static int[] Of(NeighborLists lists, int neighbors, int rows)
    {
        ArgumentNullException.ThrowIfNull(lists);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(neighbors, lists.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        int[] counts = new int[rows];
        for (int query = 0; query < lists.Queries; query++)
        {
            foreach (int row in lists.Indices(query)[..neighbors])
            {
                if (row >= rows)
                {
                    throw new ArgumentException($"The list of query {query} names row {row}; there are {rows} rows.", nameof(lists));
                }

                counts[row]++;
            }
        }

        return counts;
    }
}
