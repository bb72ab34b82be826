#if WITH_DUCKDB
using Mlnet.Embeddings.Tool.Parquet;
#endif

namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>Opens tables.</summary>
internal static class TableFiles
{
    /// <summary>Whether this build reads and writes Parquet.</summary>
    public static bool KnowsParquet =>
#if WITH_DUCKDB
        true;
#else
        false;
#endif

    /// <summary>What is said where Parquet is asked for and this build has no engine for it.</summary>
    public const string NoParquet = "This build of mlnet-embed was made without DuckDB.NET and knows no Parquet. Use .csv, .tsv or .jsonl, or install the released tool.";

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="ToolException">There is no such file, or its beginning is malformed.</exception>
    public static TableReader Open(string path, TableFormat format, TableOptions options)
    {
        if (Directory.Exists(path))
        {
            throw new ToolException($"'{path}' is a folder. Give a file.");
        }

        if (!File.Exists(path))
        {
            throw new ToolException($"There is no file '{path}'. Check the path.");
        }

        if (format == TableFormat.Parquet)
        {
#if WITH_DUCKDB
            return ParquetReader.Open(path);
#else
            throw new ToolException(NoParquet);
#endif
        }

        return Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan), path, format, options);
    }

    /// <summary>Opens a stream, which the reader then owns.</summary>
    /// <exception cref="ToolException">Its beginning is malformed.</exception>
    public static TableReader Open(Stream stream, string source, TableFormat format, TableOptions options)
    {
        InputStream input = new(stream, options.Latin1);
        try
        {
            if (Packing.Of(input.Peek(4)) is string packing)
            {
                throw new ToolException($"{source} is {packing}, not a table as text. Unpack it or save it as CSV first.");
            }

            return format switch
            {
                TableFormat.Csv or TableFormat.Tsv => DelimitedReader.Open(input, source, format, options),
                TableFormat.Jsonl => JsonLinesReader.Open(input, source),
                TableFormat.Text => TextLinesReader.Open(input, source),
                TableFormat.Parquet => throw new ToolException("Parquet cannot be read from standard input: its directory stands at the end. Give a file."),
                _ => throw new ToolException($"{source} cannot be read as {format}."),
            };
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }
}
