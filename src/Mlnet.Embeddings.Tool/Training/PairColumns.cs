using Mlnet.Embeddings.Static;

namespace Mlnet.Embeddings.Tool.Training;

/// <summary>Which fields of a tab-separated row are the pair, and which share of the rows of a kind or source is kept.</summary>
internal sealed class PairColumns
{
    private readonly int _count;
    private readonly int _left;
    private readonly int _right;
    private readonly int _source;
    private readonly Dictionary<(int Column, string Value), double> _keep;

    /// <param name="names">The columns in order, such as <c>kind,source,left,right</c>; <c>left</c> and <c>right</c> must be there, <c>source</c> may.</param>
    /// <param name="keep">Shares to keep, such as <c>kind:adjacent=0.5</c>.</param>
    public PairColumns(string names, IEnumerable<string> keep)
    {
        string[] columns = names.Split(',', StringSplitOptions.TrimEntries);
        _count = columns.Length;
        _left = Find("left");
        _right = Find("right");
        _source = Array.IndexOf(columns, "source");
        if (_left < 0 || _right < 0)
        {
            throw new ToolException($"--columns is '{names}'; it must name the columns 'left' and 'right', as in kind,source,left,right.");
        }

        _keep = keep.Select(rule => Rule(rule, columns)).ToDictionary();

        int Find(string name) => Array.IndexOf(columns, name);
    }

    /// <summary>The pair of a row; null where the row is among those left out.</summary>
    public TextPair? Pair(string row, string file, long line)
    {
        string[] fields = row.Split('\t');
        if (fields.Length != _count)
        {
            throw new ToolException($"'{file}', line {line}: {fields.Length} tab-separated fields, but --columns names {_count}.");
        }

        double share = 1;
        if (_keep.Count > 0)
        {
            for (int i = 0; i < fields.Length; i++)
            {
                share *= _keep.GetValueOrDefault((i, fields[i]), 1);
            }
        }

        return share < 1 && Fraction(fields[_left], fields[_right]) >= share ? null : new TextPair(fields[_left], fields[_right], _source < 0 ? "" : fields[_source]);
    }

    private static KeyValuePair<(int, string), double> Rule(string rule, string[] columns)
    {
        int colon = rule.IndexOf(':', StringComparison.Ordinal);
        int equals = rule.LastIndexOf('=');
        int column = colon < 0 ? -1 : Array.IndexOf(columns, rule[..colon]);
        return column >= 0 && equals > colon && double.TryParse(rule[(equals + 1)..], out double share) && share is >= 0 and <= 1
            ? new((column, rule[(colon + 1)..equals]), share)
            : throw new ToolException($"--keep is '{rule}'; it takes COLUMN:VALUE=SHARE with a column of --columns and a share from 0 to 1, as in kind:adjacent=0.5.");
    }

    // From 0 to 1, the same for the same texts in every pass and process (FNV-1a; Fowler, Noll and Vo).
    private static double Fraction(string left, string right)
    {
        ulong hash = 14695981039346656037;
        foreach (string text in (ReadOnlySpan<string>)[left, "\t", right])
        {
            foreach (char character in text)
            {
                hash = (hash ^ character) * 1099511628211;
            }
        }

        // The low bits of FNV-1a are the better mixed ones after one more round.
        hash = (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15;
        return (hash >> 11) / (double)(1UL << 53);
    }
}
