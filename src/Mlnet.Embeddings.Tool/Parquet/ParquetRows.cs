using System.Buffers;
using System.Buffers.Binary;
using Mlnet.Embeddings.Tool.Embedding;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Parquet;

/// <summary>
/// Parquet: the table's columns and a list of floats. Parts hold the fields as text; joining gives each column the type that all its fields have,
/// and takes the columns of an input that is Parquet itself from there, with their types.
/// </summary>
internal sealed class ParquetRows(TableReader table, EmbedOptions options, int dimensions) : RowFormat
{
    private readonly string[] _columns = table is ParquetReader ? [] : [.. table.Columns];

    public override byte[] Header(long rows) => [];

    public override void WriteFields(TableReader from, IBufferWriter<byte> destination)
    {
        if (from is ParquetReader)
        {
            return;
        }

        if (from.FieldCount != _columns.Length)
        {
            throw from.Malformed($"the property '{from.Columns[^1]}' is new here, and a table with columns has been begun without it. Write .jsonl, which keeps each row's own properties.");
        }

        for (int i = 0; i < _columns.Length; i++)
        {
            ReadOnlySpan<byte> field = from.Field(i);
            Span<byte> head = destination.GetSpan(5);
            head[0] = (byte)from.Kind(i);
            BinaryPrimitives.WriteInt32LittleEndian(head[1..], field.Length);
            destination.Advance(5);
            destination.Write(field);
        }
    }

    public override void WriteRows(RowBlock block)
    {
    }

    public override IPartWriter CreatePart(string path) => new ParquetPartWriter(path, _columns.Length, dimensions);

    public override void Join(PartFolder parts, CancellationToken cancellationToken)
    {
        // Parts of a finished output may have been deleted already: Publish was stopped.
        if (parts.Parts.Count > 0 && !File.Exists(parts.JoinedPath) && !File.Exists(parts.PathOf(0)))
        {
            return;
        }

        Directory.CreateDirectory(parts.ScratchPath);
        using DuckDB.NET.Data.DuckDBConnection connection = ParquetEngine.Open(parts.ScratchPath);
        File.Delete(parts.JoinedPath);
        ParquetEngine.Execute(connection, ParquetEngine.Copy(Query(parts), parts.JoinedPath), cancellationToken);
    }

    private string Query(PartFolder parts)
    {
        string embedding = ParquetEngine.Name(options.EmbeddingColumn);
        string input = table is ParquetReader parquet ? $"read_parquet({ParquetEngine.Literal(parquet.Path)})" : "";
        if (parts.Parts.Count == 0)
        {
            string columns = string.Concat(_columns.Select(c => $"'' AS {ParquetEngine.Name(c)}, "));
            return input.Length > 0 ? $"SELECT *, []::FLOAT[] AS {embedding} FROM {input}" : $"SELECT {columns}[]::FLOAT[] AS {embedding} WHERE false";
        }

        string files = $"read_parquet([{string.Join(", ", Enumerable.Range(0, parts.Parts.Count).Select(p => ParquetEngine.Literal(parts.PathOf(p))))}])";
        return input.Length > 0
            ? $"SELECT i.*, p.embedding AS {embedding} FROM {input} i POSITIONAL JOIN {files} p"
            : $"SELECT {string.Concat(_columns.Select((c, i) => $"CAST(c{i} AS {TypeOf(parts, i)}) AS {ParquetEngine.Name(c)}, "))}embedding AS {embedding} FROM {files}";
    }

    // The type that all parts' fields of a column have; text where they differ.
    private static string TypeOf(PartFolder parts, int column)
    {
        FieldKind kind = FieldKind.Null;
        foreach (PartRecord part in parts.Parts)
        {
            kind = ParquetPartWriter.Common(kind, (FieldKind)(part.Columns![column] - 'a'));
        }

        return kind switch
        {
            FieldKind.Integer => "BIGINT",
            FieldKind.Number => "DOUBLE",
            FieldKind.Boolean => "BOOLEAN",
            _ => "VARCHAR",
        };
    }
}
