using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Finds the reference rows that points are, and leaves each out of its own list.</summary>
internal static class RowLookup
{
    /// <summary>Lists with one neighbour less, and each point's row.</summary>
    /// <param name="lists">The nearest rows of each point; a point that is a row has that row, or an equal one, at distance 0.</param>
    /// <returns>Lists without the row, or without their farthest neighbour where the point is no row (null where nothing is left), and row numbers, −1 for none.</returns>
    public static (NeighborLists? Others, int[] RowNumbers) Of(NeighborLists lists)
    {
        int kept = lists.Count - 1;
        int[] rows = new int[lists.Queries];
        int[] indices = new int[lists.Queries * kept];
        float[] distances = new float[lists.Queries * kept];
        for (int i = 0; i < rows.Length; i++)
        {
            bool isRow = lists.Distances(i)[0] == 0;
            rows[i] = isRow ? lists.Indices(i)[0] : -1;
            lists.Indices(i).Slice(isRow ? 1 : 0, kept).CopyTo(indices.AsSpan(i * kept));
            lists.Distances(i).Slice(isRow ? 1 : 0, kept).CopyTo(distances.AsSpan(i * kept));
        }

        return (kept == 0 ? null : new(kept, indices, distances), rows);
    }
}
