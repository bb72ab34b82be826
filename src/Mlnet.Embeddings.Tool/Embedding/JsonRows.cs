using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>JSON lines: an object of the input as it stands, or one made of the table's columns, with the vector as its last property.</summary>
internal sealed class JsonRows : RowFormat
{
    private readonly JsonEncodedText _embedding;
    private readonly byte[] _comma;
    private readonly byte[] _property;
    private readonly ArrayBufferWriter<byte> _row = new();
    private readonly Utf8JsonWriter _json;
    private readonly JsonEncodedText[] _names;

    public JsonRows(TableReader table, string embeddingColumn)
    {
        // Only what JSON itself asks for is escaped: the files are data, not parts of a web page.
        JavaScriptEncoder encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        _embedding = JsonEncodedText.Encode(embeddingColumn, encoder);
        _property = [(byte)'"', .. _embedding.EncodedUtf8Bytes, (byte)'"', (byte)':'];
        _comma = [(byte)',', .. _property];
        _names = [.. table.Columns.Select(c => JsonEncodedText.Encode(c, encoder))];
        _json = new Utf8JsonWriter(_row, new JsonWriterOptions { Encoder = encoder, SkipValidation = true });
    }

    public override byte[] Header(long rows) => [];

    public override void WriteFields(TableReader table, IBufferWriter<byte> destination)
    {
        if (table is JsonLinesReader)
        {
            ReadOnlySpan<byte> open = table.Raw[..^1].TrimEnd(" \t\r"u8);
            destination.Write(open);
            destination.Write(open.Length == 1 ? _property : _comma);
            return;
        }

        _json.WriteStartObject();
        for (int i = 0; i < _names.Length; i++)
        {
            switch (table.Kind(i))
            {
                case FieldKind.Missing or FieldKind.Null:
                    _json.WriteNull(_names[i]);
                    break;
                case FieldKind.Text:
                    _json.WriteString(_names[i], table.Field(i));
                    break;
                default:
                    _json.WritePropertyName(_names[i]);
                    _json.WriteRawValue(table.Field(i), skipInputValidation: true);
                    break;
            }
        }

        _json.WritePropertyName(_embedding);
        _json.Flush();
        destination.Write(_row.WrittenSpan);
        _json.Reset();
        _row.ResetWrittenCount();
    }

    public override void WriteRows(RowBlock block)
    {
        ArrayBufferWriter<byte> output = block.Output;
        for (int row = 0; row < block.Count; row++)
        {
            output.Write(block.FieldsOf(row));
            WriteArray(block.Vector(row), output);
            output.Write("}\n"u8);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _json.Dispose();
        base.Dispose(disposing);
    }
}
