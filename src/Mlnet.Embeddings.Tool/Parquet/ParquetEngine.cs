using System.Data.Common;
using DuckDB.NET.Data;
using Mlnet.Embeddings.Tool.Embedding;

namespace Mlnet.Embeddings.Tool.Parquet;

/// <summary>DuckDB in memory, held to a part of the machine, and its SQL's quoting.</summary>
internal static class ParquetEngine
{
    /// <summary>An engine that puts what has no room in memory into a folder.</summary>
    public static DuckDBConnection Open(string? scratch = null)
    {
        DuckDBConnection connection = new("DataSource=:memory:");
        connection.Open();

        // One thread keeps the order of rows and gives the same file each time; the encoders have the other cores.
        Execute(connection, "SET threads = 1; SET memory_limit = '160MB'; SET preserve_insertion_order = true");
        if (scratch is not null)
        {
            Execute(connection, $"SET temp_directory = {Literal(scratch)}");
        }

        return connection;
    }

    public static void Execute(DuckDBConnection connection, string sql, CancellationToken cancellationToken = default)
    {
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using CancellationTokenRegistration cancel = cancellationToken.Register(command.Cancel);
        try
        {
            command.ExecuteNonQuery();
        }
        catch (DbException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Refused(exception);
        }
    }

    public static string Name(string column) => $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>How a Parquet file is written: small groups of rows, since rows with vectors are wide.</summary>
    public static string Copy(string query, string path) => $"COPY ({query}) TO {Literal(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)";

    // DuckDB tells of a full disk in words only.
    public static Exception Refused(DbException exception) => exception.Message.Contains("No space left on device", StringComparison.OrdinalIgnoreCase) || exception.Message.Contains("not enough space on the disk", StringComparison.OrdinalIgnoreCase)
        ? DiskSpace.Exhausted(exception)
        : new ToolException($"DuckDB: {exception.Message.Split('\n')[0]}", exception);
}
