using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Core.Tests.Neighbors;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Core.Tests.Clustering;

/// <summary>DBSCAN* at one distance (Campello et al. 2013): core rows that reach each other, over all pairs; sets that are too small are left out.</summary>
internal static class TextbookDensity
{
    public static int[] Dbscan(EmbeddingMatrix rows, double level, int points, int size, VectorMetric metric)
    {
        double[][] distances = [.. Enumerable.Range(0, rows.Rows).Select(i => TextbookNeighbors.Distances(rows.Row(i), rows, metric))];
        double[] cores = [.. distances.Select((d, i) => d.Where((_, j) => j != i).Append(0).Order().ElementAt(points - 1))];
        int[] labels = [.. Enumerable.Repeat(-1, rows.Rows)];
        for (int start = 0; start < labels.Length; start++)
        {
            if (labels[start] >= 0 || cores[start] > level)
            {
                continue;
            }

            Stack<int> ahead = new([start]);
            labels[start] = start;
            while (ahead.TryPop(out int row))
            {
                for (int other = 0; other < labels.Length; other++)
                {
                    if (labels[other] < 0 && cores[other] <= level && distances[row][other] <= level)
                    {
                        labels[other] = start;
                        ahead.Push(other);
                    }
                }
            }
        }

        return [.. labels.Select(l => labels.Count(other => other == l) >= size ? l : -1)];
    }

    /// <summary>The sets that a tree says there are at a level.</summary>
    public static int[] Cut(DensityTree tree, double level)
    {
        int[] labels = new int[tree.Count];
        for (int row = 0; row < labels.Length; row++)
        {
            int cluster = tree.Owners[row];
            while (cluster >= 0 && tree.Clusters[cluster].Birth <= level)
            {
                cluster = tree.Clusters[cluster].Parent;
            }

            labels[row] = tree.Leaves[row] <= level ? cluster : -1;
        }

        return labels;
    }

    /// <summary>Sets without their names.</summary>
    public static string Sets(int[] labels) => string.Join(" | ", labels.Select((l, row) => (Label: l, Row: row)).Where(p => p.Label >= 0).GroupBy(p => p.Label).Select(g => string.Join(' ', g.Select(p => p.Row))).Order(StringComparer.Ordinal));
}
