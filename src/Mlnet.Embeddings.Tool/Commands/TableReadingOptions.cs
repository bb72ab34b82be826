using System.CommandLine;
using Mlnet.Embeddings.Tool.Tables;
using Mlnet.Embeddings.Tool.Vectors;

namespace Mlnet.Embeddings.Tool.Commands;

/// <summary>The options that say how tables are read, the same for every command.</summary>
internal sealed class TableReadingOptions
{
    public Option<bool?> NoHeader { get; } = new("--no-header")
    {
        Description = "The first line is data. Columns that are given by number only mean this too, unless the first line has such names or --no-header false is given.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string> Encoding { get; } = new("--encoding") { Description = "utf-8 (or UTF-16 where a byte order mark says so) or latin1.", DefaultValueFactory = _ => "utf-8" };

    public Option<string?> Format { get; } = new("--format") { Description = "What the input is, where its name does not say: csv, tsv, jsonl, parquet or txt." };

    /// <param name="parsed">The command line.</param>
    /// <param name="columns">The columns that the command asks for.</param>
    /// <param name="allowExtraFields">See <see cref="TableOptions.AllowExtraFields"/>.</param>
    public TableOptions Read(ParseResult parsed, IReadOnlyList<string> columns, bool allowExtraFields = false) => new()
    {
        NoHeader = parsed.GetResult(NoHeader) is { Implicit: false } ? parsed.GetValue(NoHeader) ?? true : null,
        Latin1 = parsed.GetRequiredValue(Encoding).ToLowerInvariant() switch
        {
            "utf-8" or "utf8" => false,
            "latin1" or "latin-1" or "iso-8859-1" => true,
            string other => throw new ToolException($"--encoding {other} is not known: give utf-8 or latin1."),
        },
        Format = parsed.GetValue(Format),
        Asked = columns,
        AllowExtraFields = allowExtraFields,
    };

    /// <summary>Refuses options of tables where the input is no table, so that none is ignored in silence.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="path">The input.</param>
    /// <param name="column">The option that names the column of vectors.</param>
    /// <exception cref="ToolException">The input is a .npy file and one of the options is given.</exception>
    public void RefuseForArray(ParseResult parsed, string path, Option column)
    {
        if (!VectorFiles.IsArray(path))
        {
            return;
        }

        string[] given = [.. new[] { column, Format, NoHeader, Encoding }.Where(o => parsed.GetResult(o) is { Implicit: false }).Select(o => o.Name)];
        if (given.Length > 0)
        {
            throw new ToolException($"'{path}' is an array of vectors and no table: {string.Join(", ", given)} {(given.Length == 1 ? "says" : "say")} how a table is read. Leave {(given.Length == 1 ? "it" : "them")} out, or give a table.");
        }
    }
}
