namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>Which rows are learnt from and which are held out.</summary>
/// <param name="Training">Numbers of rows, rising.</param>
/// <param name="HeldOut">The others.</param>
internal sealed record RowSplit(int[] Training, int[] HeldOut)
{
    /// <summary>Rows of one table and then those of a second, all of which are held out.</summary>
    public static RowSplit After(int training, int heldOut) => new([.. Enumerable.Range(0, training)], [.. Enumerable.Range(training, heldOut)]);

    /// <summary>Holds a share of the rows out. Equal texts stay on one side; a class keeps one text at least to be learnt from.</summary>
    /// <param name="texts">What must not stand on both sides.</param>
    /// <param name="classes">Each row's class, of which a share each is held out; null where there are none.</param>
    /// <param name="share">From 0 to below 1.</param>
    /// <param name="seed">Seed of the draw.</param>
    public static RowSplit Of(IReadOnlyList<string> texts, IReadOnlyList<string>? classes, double share, int seed)
    {
        int[] all = [.. Enumerable.Range(0, texts.Count)];
        HashSet<int> held = [];
        double owed = 0;
        Random random = new(seed);
        foreach (IGrouping<string, int> rows in all.GroupBy(i => classes?[i] ?? "", StringComparer.Ordinal))
        {
            int[][] groups = [.. rows.GroupBy(i => texts[i], StringComparer.Ordinal).Select(g => g.ToArray())];
            random.Shuffle(groups);
            owed += share * rows.Count();

            // What a class of one text cannot give is owed by the next ones. A sum of shares may fall short of a whole number by a rounding.
            foreach (int[] group in groups.Skip(1).Where(group => group.Length <= owed + 1e-9))
            {
                held.UnionWith(group);
                owed -= group.Length;
            }
        }

        return new([.. all.Where(i => !held.Contains(i))], [.. all.Where(held.Contains)]);
    }
}
