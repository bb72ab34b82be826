namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>The rows of a table to learn from, in memory.</summary>
/// <param name="columns">Columns of texts and labels.</param>
internal sealed class TrainingTable(int columns)
{
    /// <summary>The columns.</summary>
    public List<string>[] Columns { get; } = [.. Enumerable.Range(0, columns).Select(_ => new List<string>())];

    /// <summary>A score a row.</summary>
    public List<float> Scores { get; } = [];

    public int Rows => Columns[0].Count;

    /// <summary>Adds a row, unless it has no score.</summary>
    /// <param name="fields">A field a column; more are left out.</param>
    /// <param name="score">The score; null where there is none.</param>
    public void Add(string[] fields, double? score)
    {
        if (score is not double value)
        {
            return;
        }

        for (int i = 0; i < Columns.Length; i++)
        {
            Columns[i].Add(fields[i]);
        }

        Scores.Add((float)value);
    }

    /// <summary>How many of these rows stand in another table too, with the same texts and labels.</summary>
    public int CountOf(TrainingTable other)
    {
        HashSet<string> known = [.. Enumerable.Range(0, other.Rows).Select(other.Key)];
        return Enumerable.Range(0, Rows).Count(row => known.Contains(Key(row)));
    }

    /// <summary>Adds the rows of another table behind.</summary>
    public void Add(TrainingTable? other)
    {
        for (int i = 0; other is not null && i < Columns.Length; i++)
        {
            Columns[i].AddRange(other.Columns[i]);
        }

        Scores.AddRange(other?.Scores ?? []);
    }

    private string Key(int row) => string.Join('\0', Columns.Select(column => column[row]));
}
