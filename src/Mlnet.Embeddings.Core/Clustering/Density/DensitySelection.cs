namespace Mlnet.Embeddings.Clustering;

/// <summary>Brings merged clusters into the tree's order, root first, and chooses the flat clustering.</summary>
internal static class DensitySelection
{
    // Where rows are equal their density is infinite; cosine distances of single precision mean little below.
    private const double LeastDistance = 1e-6;

    /// <summary>The clusters depth first, those inside one by falling size, and the new number of each row's.</summary>
    public static (DensityCluster[] Clusters, int[] Owners) Order(DensityMerging merging, ClusterSelection selection)
    {
        int count = merging.Clusters.Count;
        int[] firstRows = FirstRows(merging);
        List<int>[] inside = [.. Enumerable.Range(0, count).Select(_ => new List<int>())];
        for (int cluster = 0; cluster < count - 1; cluster++)
        {
            inside[merging.Clusters[cluster].Parent].Add(cluster);
        }

        double[] stabilities = Stabilities(merging);
        bool[] chosen = Chosen(merging, inside, stabilities, selection);
        List<DensityCluster> ordered = [];
        int[] places = new int[count];
        int labels = 0;
        Stack<(int Cluster, string Key, int Parent)> ahead = new([(count - 1, "", -1)]);
        while (ahead.TryPop(out (int Cluster, string Key, int Parent) next))
        {
            DensityMerging.Found found = merging.Clusters[next.Cluster];
            places[next.Cluster] = ordered.Count;
            ordered.Add(new(next.Key, next.Parent, found.Size, found.Birth, found.Split, stabilities[next.Cluster], chosen[next.Cluster] ? labels++ : -1));
            inside[next.Cluster].Sort((x, y) => merging.Clusters[x].Size != merging.Clusters[y].Size ? merging.Clusters[y].Size.CompareTo(merging.Clusters[x].Size) : firstRows[x].CompareTo(firstRows[y]));
            for (int i = inside[next.Cluster].Count - 1; i >= 0; i--)
            {
                ahead.Push((inside[next.Cluster][i], KeyOf(next.Key, i), places[next.Cluster]));
            }
        }

        return ([.. ordered], [.. merging.Owners.Select(owner => places[owner])]);
    }

    /// <summary>The key of a cluster's i-th cluster.</summary>
    public static string KeyOf(string key, int i) => key.Length == 0 ? $"{i + 1}" : $"{key}.{i + 1}";

    private static double Density(double distance) => 1 / Math.Max(distance, LeastDistance);

    private static int[] FirstRows(DensityMerging merging)
    {
        int[] first = new int[merging.Clusters.Count];
        Array.Fill(first, int.MaxValue);
        for (int row = 0; row < merging.Owners.Length; row++)
        {
            first[merging.Owners[row]] = Math.Min(first[merging.Owners[row]], row);
        }

        // Clusters inside come before those around them.
        for (int cluster = 0; cluster < first.Length - 1; cluster++)
        {
            int parent = merging.Clusters[cluster].Parent;
            first[parent] = Math.Min(first[parent], first[cluster]);
        }

        return first;
    }

    private static double[] Stabilities(DensityMerging merging)
    {
        double[] stabilities = new double[merging.Clusters.Count];
        for (int row = 0; row < merging.Owners.Length; row++)
        {
            stabilities[merging.Owners[row]] += Density(merging.Leaves[row]) - Density(merging.Clusters[merging.Owners[row]].Birth);
        }

        // Rows of clusters inside leave where those are born.
        for (int cluster = 0; cluster < stabilities.Length - 1; cluster++)
        {
            DensityMerging.Found child = merging.Clusters[cluster];
            stabilities[child.Parent] += child.Size * (Density(child.Birth) - Density(merging.Clusters[child.Parent].Birth));
        }

        return stabilities;
    }

    // The root is chosen only where nothing lies inside it: all rows as one cluster tell nothing.
    private static bool[] Chosen(DensityMerging merging, List<int>[] inside, double[] stabilities, ClusterSelection selection)
    {
        int root = stabilities.Length - 1;
        bool[] chosen = new bool[stabilities.Length];
        double[] held = new double[stabilities.Length];
        for (int cluster = 0; cluster <= root; cluster++)
        {
            double within = inside[cluster].Sum(child => held[child]);
            bool isBetter = inside[cluster].Count == 0 || (selection == ClusterSelection.ExcessOfMass && cluster != root && stabilities[cluster] >= within);
            (chosen[cluster], held[cluster]) = (isBetter, isBetter ? stabilities[cluster] : within);
        }

        for (int cluster = root - 1; cluster >= 0; cluster--)
        {
            // Inside a chosen one none is: marks are handed down.
            int parent = merging.Clusters[cluster].Parent;
            bool isCovered = chosen[parent] || double.IsNaN(held[parent]);
            held[cluster] = isCovered ? double.NaN : held[cluster];
            chosen[cluster] &= !isCovered;
        }

        return chosen;
    }
}
