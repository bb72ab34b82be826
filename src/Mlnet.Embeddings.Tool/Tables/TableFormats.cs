namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>Which format a path or a name means.</summary>
internal static class TableFormats
{
    /// <summary>The format that a file's extension names.</summary>
    /// <exception cref="ToolException">The extension is none of those known.</exception>
    public static TableFormat OfInput(string path, string? named)
    {
        if (named is not null)
        {
            return OfName(named) is TableFormat format && format != TableFormat.Npy
                ? format
                : throw new ToolException($"--format {named} is not known: give csv, tsv, jsonl, parquet or txt.");
        }

        if (Directory.Exists(path))
        {
            throw new ToolException($"'{path}' is a folder. Give a file.");
        }

        if (path == "-")
        {
            throw new ToolException("Standard input has no extension: say what it holds with --format csv, tsv, jsonl or txt.");
        }

        return OfName(Path.GetExtension(path).TrimStart('.')) is TableFormat known && known != TableFormat.Npy
            ? known
            : throw new ToolException($"The kind of '{path}' is not known by its extension: name it .csv, .tsv, .jsonl, .ndjson, .parquet or .txt, or say what it is with --format.");
    }

    /// <summary>The format to write into a file of that name.</summary>
    /// <exception cref="ToolException">Nothing is written in such files.</exception>
    public static TableFormat OfOutput(string path) =>
        OfName(Path.GetExtension(path).TrimStart('.')) is TableFormat format && format != TableFormat.Text
            ? format
            : throw new ToolException($"Vectors cannot be written to '{path}': name it .csv, .tsv, .jsonl, .parquet or .npy.");

    private static TableFormat? OfName(string name) => name.ToLowerInvariant() switch
    {
        "csv" => TableFormat.Csv,
        "tsv" or "tab" => TableFormat.Tsv,
        "jsonl" or "ndjson" => TableFormat.Jsonl,
        "parquet" => TableFormat.Parquet,
        "txt" => TableFormat.Text,
        "npy" => TableFormat.Npy,
        _ => null,
    };
}
