using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>Which examples are held out: by group, so that no query stands on both sides; of rows with a class, a share of each class.</summary>
internal static class ExampleSplit
{
    // A pair alone has no other's to be told from: its loss is 0 whatever the adapter does.
    private const int FewestGroups = 2;
    private const int FewestTrained = 2;

    /// <summary>Divides examples in memory.</summary>
    /// <param name="table">The examples.</param>
    /// <param name="share">The share held out.</param>
    /// <param name="seed">Seed of what is drawn.</param>
    /// <param name="least">The fewest rows of a class that are held out, where any are: losses of cosines compare rows of one class.</param>
    public static (int[] Training, int[] Validation) Of(ExampleTable table, double share, int seed, int least)
    {
        int[] all = [.. Enumerable.Range(0, table.Count)];
        if (share == 0)
        {
            return (all, []);
        }

        int[] validation = table.Labels is null ? ByGroup(table, share, seed) : ByClass(table, share, seed, least);
        if (validation.Length == 0 || table.Count - validation.Length < FewestTrained)
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
        double wanted = share * table.Count, most = Math.Max(2 * wanted, 0.5 * table.Count);
        int groups = 0;
        foreach (IGrouping<ulong, int> group in Enumerable.Range(0, table.Count).GroupBy(table.GroupOf).OrderBy(g => Order(g.Key, seed)))
        {
            if (held.Count >= wanted && groups >= FewestGroups)
            {
                break;
            }

            // A group of most of the examples is trained on, whatever place it was drawn for.
            int[] examples = [.. group];
            if (held.Count + examples.Length <= most)
            {
                held.AddRange(examples);
                groups++;
            }
        }

        held.Sort();
        return groups < FewestGroups ? [] : [.. held];
    }

    // Equal rows stay together. A class of one row stays whole, so that each class is trained on.
    private static int[] ByClass(ExampleTable table, double share, int seed, int least)
    {
        List<int> held = [];
        double owed = 0;
        foreach (IGrouping<int, int> group in Enumerable.Range(0, table.Count).GroupBy(i => table.Labels![i]).OrderBy(g => g.Key))
        {
            int[][] equal = [.. group.GroupBy(table.GroupOf).Select(rows => rows.ToArray())];
            owed += share * group.Count();
            int count = Math.Min((int)owed, equal.Sum(rows => rows.Length) - 1), taken = 0;
            if (count < least)
            {
                continue;
            }

            Seeds.Of(seed, group.Key, -1).Shuffle(equal);
            foreach (int[] rows in equal.Where(rows => rows.Length <= count - taken))
            {
                held.AddRange(rows);
                taken += rows.Length;
            }

            owed -= taken;
        }

        held.Sort();
        return [.. held];
    }

    private static ulong Order(ulong group, int seed) => VectorHash.Mix(group ^ VectorHash.Mix((ulong)seed));
}
