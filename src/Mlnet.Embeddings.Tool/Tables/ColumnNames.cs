using System.Globalization;

namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>Finds the columns that options ask for.</summary>
internal static class ColumnNames
{
    private const string DefaultText = "text";

    /// <summary>The place of the column that <paramref name="asked"/> names: exactly, else in another case, else as a number from 1.</summary>
    /// <exception cref="ToolException">There is none, or two match; the message lists those that are there.</exception>
    public static int Find(TableReader table, string asked, string option)
    {
        if (IndexOf(table.Columns, asked, StringComparison.Ordinal) is int exact and >= 0)
        {
            return exact;
        }

        int[] matches = [.. Enumerable.Range(0, table.Columns.Count).Where(c => string.Equals(table.Columns[c].Trim(), asked.Trim(), StringComparison.OrdinalIgnoreCase))];
        return matches.Length switch
        {
            1 => matches[0],
            > 1 => throw new ToolException($"{option} {asked} fits {matches.Length} columns of {table.Source}: {Listed(table)}. Write it as it stands there, or give its number."),
            _ when int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= table.Columns.Count => number - 1,
            _ => throw new ToolException($"{table.Source} has no column '{asked}': it has {Listed(table)}. Give one of them with {option}, by name or number."),
        };
    }

    /// <summary>The column of texts: the one asked for, else the one called <c>text</c>, else the only one.</summary>
    /// <exception cref="ToolException">It cannot be told which column is meant.</exception>
    public static int FindText(TableReader table, string? asked, string option)
    {
        if (asked is not null)
        {
            return Find(table, asked, option);
        }

        int text = IndexOf(table.Columns, DefaultText, StringComparison.Ordinal);
        text = text >= 0 ? text : IndexOf(table.Columns, DefaultText, StringComparison.OrdinalIgnoreCase);
        return text >= 0 ? text
            : table.Columns.Count == 1 ? 0
            : throw new ToolException($"{table.Source} has no column 'text': it has {Listed(table)}. Name one with {option}.");
    }

    private static string Listed(TableReader table) =>
        table.Columns.Count <= 20 ? string.Join(", ", table.Columns) : string.Join(", ", table.Columns.Take(20)) + $" and {table.Columns.Count - 20} more";

    private static int IndexOf(IReadOnlyList<string> columns, string name, StringComparison comparison)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            if (string.Equals(columns[i].Trim(), name, comparison))
            {
                return i;
            }
        }

        return -1;
    }
}
