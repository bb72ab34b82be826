using System.Buffers.Binary;
using System.Data.Common;
using System.Text;
using DuckDB.NET.Data;
using Mlnet.Embeddings.Tool.Embedding;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Parquet;

/// <summary>Collects the rows of a part in a table of DuckDB and writes it as Parquet: columns c0, c1, … of text, and embedding.</summary>
internal sealed class ParquetPartWriter : IPartWriter
{
    private readonly string _path;
    private readonly string _scratch;
    private readonly DuckDBConnection _connection;
    private readonly DuckDBAppender _rows;
    private readonly FieldKind[] _kinds;
    private readonly float[] _vector;

    public ParquetPartWriter(string path, int columns, int dimensions)
    {
        _path = path;
        _scratch = Path.Combine(Path.GetDirectoryName(path)!, "scratch");
        _kinds = new FieldKind[columns];
        Array.Fill(_kinds, FieldKind.Null);
        _vector = new float[dimensions];
        Directory.CreateDirectory(_scratch);
        _connection = ParquetEngine.Open(_scratch);
        ParquetEngine.Execute(_connection, $"CREATE TABLE rows ({string.Concat(Enumerable.Range(0, columns).Select(i => $"c{i} VARCHAR, "))}embedding FLOAT[])");
        _rows = _connection.CreateAppender("rows");
    }

    /// <summary>The kind that holds the fields of both.</summary>
    public static FieldKind Common(FieldKind a, FieldKind b) =>
        a == b || b is FieldKind.Null or FieldKind.Missing ? a
        : a is FieldKind.Null or FieldKind.Missing ? b
        : (a, b) is (FieldKind.Integer, FieldKind.Number) or (FieldKind.Number, FieldKind.Integer) ? FieldKind.Number
        : FieldKind.Text;

    public void Write(RowBlock block)
    {
        try
        {
            for (int i = 0; i < block.Count; i++)
            {
                WriteRow(block.FieldsOf(i), block.Vector(i));
            }
        }
        catch (DbException exception)
        {
            throw ParquetEngine.Refused(exception);
        }
    }

    public string? Finish()
    {
        _rows.Dispose();
        ParquetEngine.Execute(_connection, ParquetEngine.Copy("SELECT * FROM rows", _path));
        _connection.Dispose();
        return string.Concat(_kinds.Select(k => (char)('a' + (int)k)));
    }

    public void Dispose()
    {
        _rows.Dispose();
        _connection.Dispose();
    }

    private void WriteRow(ReadOnlySpan<byte> fields, ReadOnlySpan<float> vector)
    {
        IDuckDBAppenderRow row = _rows.CreateRow();
        for (int i = 0; i < _kinds.Length; i++)
        {
            FieldKind kind = (FieldKind)fields[0];
            int length = BinaryPrimitives.ReadInt32LittleEndian(fields[1..]);
            if (kind is FieldKind.Null or FieldKind.Missing)
            {
                row.AppendNullValue();
            }
            else
            {
                row.AppendValue(Encoding.UTF8.GetString(fields.Slice(5, length)));
            }

            _kinds[i] = Common(_kinds[i], kind);
            fields = fields[(5 + length)..];
        }

        vector.CopyTo(_vector);
        row.AppendValue<float>(_vector);
        row.EndRow();
    }
}
