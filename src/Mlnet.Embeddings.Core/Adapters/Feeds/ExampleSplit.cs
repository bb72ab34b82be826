using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Which examples are held out: by group, so that no query stands on both sides; of rows with a class, a share of each class.</summary>
internal static class ExampleSplit
{
    /// <summary>Divides examples in memory.</summary>
    public static (int[] Training, int[] Validation) Of(ExampleTable table, double share, int seed)
    {
        int[] all = [.. Enumerable.Range(0, table.Count)];
        if (share == 0)
        {
            return (all, []);
        }

        int[] validation = table.Labels is null ? ByGroup(table, share, seed) : ByClass(table, share, seed);
        if (validation.Length == 0 || validation.Length == table.Count)
        {
            return (all, []);
        }

        HashSet<int> held = [.. validation];
        return ([.. all.Where(i => !held.Contains(i))], validation);
    }

    /// <summary>Whether an example that streams by is held out.</summary>
    public static bool Holds(ExampleTable table, int example, double share, int seed) => (Order(table.GroupOf(example), seed) >> 11) * (1.0 / (1L << 53)) < share;

    private static int[] ByGroup(ExampleTable table, double share, int seed)
    {
        List<int> held = [];
        double wanted = share * table.Count;
        foreach (IGrouping<ulong, int> group in Enumerable.Range(0, table.Count).GroupBy(table.GroupOf).OrderBy(g => Order(g.Key, seed)))
        {
            if (held.Count >= wanted)
            {
                break;
            }

            held.AddRange(group);
        }

        held.Sort();
        return [.. held];
    }

    // A class of one row stays whole, so that each class is trained on.
    private static int[] ByClass(ExampleTable table, double share, int seed)
    {
        List<int> held = [];
        double owed = 0;
        foreach (IGrouping<int, int> group in Enumerable.Range(0, table.Count).GroupBy(i => table.Labels![i]).OrderBy(g => g.Key))
        {
            int[] rows = [.. group];
            owed += share * rows.Length;
            int count = Math.Min((int)owed, rows.Length - 1);
            owed -= count;
            Seeds.Of(seed, group.Key, -1).Shuffle(rows);
            held.AddRange(rows.AsSpan(0, count));
        }

        held.Sort();
        return [.. held];
    }

    private static ulong Order(ulong group, int seed) => VectorHash.Mix(group ^ VectorHash.Mix((ulong)seed));
}
