using System.Globalization;

namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>How a table is to be read, where its own bytes do not say.</summary>
internal sealed class TableOptions
{
    /// <summary>Whether the bytes are ISO 8859-1. Default: no; UTF-8, or UTF-16 with a byte order mark.</summary>
    public bool Latin1 { get; init; }

    /// <summary>What the file is, by name; null (the default) where its extension says it.</summary>
    public string? Format { get; init; }

    /// <summary>Whether the first line is data; null (the default) where the columns that are asked for decide.</summary>
    public bool? NoHeader { get; init; }

    /// <summary>The columns that the command asks for, by name or number from 1.</summary>
    public IReadOnlyList<string> Asked { get; init; } = [];

    /// <summary>Whether rows of a file without header may have fields of their own at the end, as the STS benchmark's have. Default: no.</summary>
    public bool AllowExtraFields { get; init; }

    /// <summary>Columns that are asked for by number only, in a file whose first line has no such names, mean that it has no header.</summary>
    public bool FirstLineIsData(IReadOnlyList<string> firstLine) =>
        NoHeader ?? (Asked.Count > 0 && Asked.All(a => IsNumber(a) && !firstLine.Contains(a.Trim())));

    private static bool IsNumber(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
