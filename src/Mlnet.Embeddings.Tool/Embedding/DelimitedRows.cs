using System.Buffers;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>CSV and TSV: the record as it stands where the input has the same delimiter, and the vector as a JSON array at the end.</summary>
internal sealed class DelimitedRows : RowFormat
{
    private readonly byte _delimiter;
    private readonly bool _copies;
    private readonly SearchValues<byte> _needsQuotes;
    private readonly IReadOnlyList<string> _columns;
    private readonly bool _hasHeader;

    public DelimitedRows(TableFormat format, TableReader table, string embeddingColumn)
    {
        _delimiter = format == TableFormat.Tsv ? (byte)'\t' : (byte)',';
        _needsQuotes = SearchValues.Create([_delimiter, (byte)'"', (byte)'\r', (byte)'\n']);
        _copies = table is DelimitedReader { Delimiter: byte delimiter } && delimiter == _delimiter;
        _hasHeader = table.HasNames;
        _columns = [.. table.Columns, embeddingColumn];
    }

    public override byte[] Header(long rows)
    {
        if (!_hasHeader)
        {
            return [];
        }

        ArrayBufferWriter<byte> header = new();
        for (int i = 0; i < _columns.Count; i++)
        {
            WriteField(System.Text.Encoding.UTF8.GetBytes(_columns[i]), header);
            header.Write([i == _columns.Count - 1 ? (byte)'\n' : _delimiter]);
        }

        return header.WrittenSpan.ToArray();
    }

    public override void WriteFields(TableReader table, IBufferWriter<byte> destination)
    {
        if (_copies)
        {
            destination.Write(table.Raw);
            destination.Write([_delimiter]);
            return;
        }

        if (table.FieldCount != _columns.Count - 1)
        {
            throw table.Malformed($"the property '{table.Columns[^1]}' is new here, and a table with columns has been begun without it. Write .jsonl, which keeps each row's own properties.");
        }

        for (int i = 0; i < table.FieldCount; i++)
        {
            WriteField(table.Field(i), destination);
            destination.Write([_delimiter]);
        }
    }

    public override void WriteRows(RowBlock block)
    {
        ArrayBufferWriter<byte> output = block.Output;
        bool quotes = _delimiter == (byte)',';
        for (int row = 0; row < block.Count; row++)
        {
            output.Write(block.FieldsOf(row));
            if (quotes)
            {
                output.Write("\""u8);
            }

            WriteArray(block.Vector(row), output);
            output.Write(quotes ? "\"\n"u8 : "\n"u8);
        }
    }

    private void WriteField(ReadOnlySpan<byte> field, IBufferWriter<byte> destination)
    {
        if (field.IndexOfAny(_needsQuotes) < 0)
        {
            destination.Write(field);
            return;
        }

        destination.Write("\""u8);
        while (field.IndexOf((byte)'"') is int quote and >= 0)
        {
            destination.Write(field[..(quote + 1)]);
            destination.Write("\""u8);
            field = field[(quote + 1)..];
        }

        destination.Write(field);
        destination.Write("\""u8);
    }
}
