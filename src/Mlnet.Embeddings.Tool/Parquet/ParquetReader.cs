using System.Data.Common;
using System.Globalization;
using System.Text;
using DuckDB.NET.Data;
using Mlnet.Embeddings.Tool.Tables;

namespace Mlnet.Embeddings.Tool.Parquet;

/// <summary>Rows of a Parquet file: numbers and dates as text, nested values as JSON.</summary>
internal sealed class ParquetReader : TableReader
{
    private readonly DuckDBConnection _connection = ParquetEngine.Open();
    private readonly DuckDBCommand _command;
    private readonly string _query;
    private readonly FieldKind[] _kinds;
    private readonly long _rows;
    private readonly byte[][] _fields;
    private readonly int[] _lengths;
    private DuckDBDataReader? _reader;

    private ParquetReader(string path)
        : base(path)
    {
        Path = path;
        _command = _connection.CreateCommand();
        _command.UseStreamingMode = true;
        try
        {
            string file = $"read_parquet({ParquetEngine.Literal(path)})";
            (string[] names, string[] types) = Describe(file);
            Columns = names;
            _kinds = [.. types.Select(KindOfType)];
            _fields = new byte[names.Length][];
            _lengths = new int[names.Length];
            Array.Fill(_fields, []);
            _rows = Convert.ToInt64(Scalar($"SELECT count(*) FROM {file}"), CultureInfo.InvariantCulture);
            _query = $"SELECT {string.Join(", ", names.Select((n, i) => _kinds[i] == FieldKind.Json ? $"CAST(to_json({ParquetEngine.Name(n)}) AS VARCHAR)" : $"CAST({ParquetEngine.Name(n)} AS VARCHAR)"))} FROM {file}";
        }
        catch (DbException exception)
        {
            Dispose();
            throw ParquetEngine.Refused(exception);
        }
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    public override double Fraction => _rows == 0 ? 1 : (double)Line / _rows;

    public override int FieldCount => Columns.Count;

    public override ReadOnlySpan<byte> Raw => default;

    public static ParquetReader Open(string path) => new(path);

    public override bool Read()
    {
        try
        {
            if (_reader is null)
            {
                _command.CommandText = $"{_query} OFFSET {Line}";
                _reader = _command.ExecuteReader();
            }

            if (!_reader.Read())
            {
                return false;
            }

            for (int i = 0; i < _fields.Length; i++)
            {
                Take(i);
            }
        }
        catch (DbException exception)
        {
            throw ParquetEngine.Refused(exception);
        }

        Line++;
        return true;
    }

    public override FieldKind Kind(int column)
    {
        if (_lengths[column] < 0)
        {
            return FieldKind.Null;
        }

        // "inf" and "nan" are no JSON numbers.
        FieldKind kind = _kinds[column];
        return kind == FieldKind.Number && Field(column).ContainsAny("infa"u8) ? FieldKind.Text : kind;
    }

    public override ReadOnlySpan<byte> Field(int column) => _fields[column].AsSpan(0, Math.Max(0, _lengths[column]));

    public override void Skip(long records, CancellationToken cancellationToken) =>
        Line = records <= _rows ? records : throw new ToolException($"{Source} has {_rows} rows, fewer than the {records} that an earlier run has finished. Pass --restart.");

    protected override void Dispose(bool disposing)
    {
        _reader?.Dispose();
        _command.Dispose();
        _connection.Dispose();
    }

    private void Take(int column)
    {
        if (_reader!.IsDBNull(column))
        {
            _lengths[column] = -1;
            return;
        }

        string text = _reader.GetString(column);
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_fields[column].Length < most)
        {
            _fields[column] = new byte[most * 2];
        }

        _lengths[column] = Encoding.UTF8.GetBytes(text, _fields[column]);
    }

    private (string[] Names, string[] Types) Describe(string file)
    {
        using DuckDBCommand command = _connection.CreateCommand();
        command.CommandText = $"DESCRIBE SELECT * FROM {file}";
        using DuckDBDataReader reader = command.ExecuteReader();
        List<string> names = [];
        List<string> types = [];
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
            types.Add(reader.GetString(1));
        }

        return ([.. names], [.. types]);
    }

    private object? Scalar(string sql)
    {
        using DuckDBCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static FieldKind KindOfType(string type) => type switch
    {
        "BOOLEAN" => FieldKind.Boolean,
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" => FieldKind.Integer,
        "FLOAT" or "DOUBLE" or "HUGEINT" or "UBIGINT" or "UHUGEINT" => FieldKind.Number,
        _ when type.EndsWith(']') || type.StartsWith("STRUCT", StringComparison.Ordinal) || type.StartsWith("MAP", StringComparison.Ordinal) => FieldKind.Json,
        _ => FieldKind.Text,
    };
}
