using CsvHelper;

namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>Fields between delimiters.</summary>
/// <remarks>
/// Between commas or semicolons quotes are RFC 4180's, line breaks in them included; a quote inside an unquoted field is an ordinary character.
/// Between tabs a line is a record whatever its quotes: a field is unquoted only where it begins and ends with a quote and each quote between
/// is doubled. Prose in such files has unbalanced quotes (the STS benchmark does), and one of them must not swallow the lines that follow.
/// </remarks>
internal sealed class DelimitedReader : TableReader
{
    private readonly InputStream _stream;
    private readonly CsvReader _csv;
    private readonly bool _tabs;
    private readonly bool _ragged;
    private readonly byte[][] _decoded;
    private bool _held;

    private DelimitedReader(InputStream stream, string source, byte delimiter, TableOptions options)
        : base(source)
    {
        _stream = stream;
        _tabs = delimiter == '\t';
        Delimiter = delimiter;
        _csv = CsvReader.Create(stream, new CsvReaderOptions
        {
            Separator = (char)delimiter,
            HasHeader = false,
            Mode = _tabs ? CsvMode.NoEscape : CsvMode.Rfc4180,
            MaxRecordSize = MaximumRecordBytes,
            TrackLineNumbers = true,
            OnMalformedRecord = _tabs ? null : RefuseOpenQuotes,
            BufferSize = 256 << 10,
        });
        if (!Advance())
        {
            throw new ToolException($"{source} is empty. Give a file with a header line and rows.");
        }

        string[] first = [.. Enumerable.Range(0, _csv.FieldCount).Select(c => System.Text.Encoding.UTF8.GetString(Decoded(c, new byte[_csv.GetSpan(c).Length])))];
        HasNames = !options.FirstLineIsData(first);
        _held = !HasNames;
        _ragged = options.AllowExtraFields && !HasNames;
        Columns = HasNames ? first : [.. Enumerable.Range(1, first.Length).Select(n => $"column{n}")];
        _decoded = new byte[first.Length][];
        Array.Fill(_decoded, []);
    }

    public byte Delimiter { get; }

    public override double Fraction => _stream.Fraction;

    public override int FieldCount => _csv.FieldCount;

    public override ReadOnlySpan<byte> Raw => _csv.RawRecord;

    /// <summary>Opens a table: its delimiter is that of its first line, unless the format says tabs.</summary>
    public static DelimitedReader Open(InputStream stream, string source, TableFormat format, TableOptions options) =>
        new(stream, source, format == TableFormat.Tsv ? (byte)'\t' : Delimiters.Of(stream.Peek(64 << 10)), options);

    public override bool Read()
    {
        if (_held)
        {
            _held = false;
            return true;
        }

        if (!Advance())
        {
            return false;
        }

        if (_csv.FieldCount != Columns.Count && !(_ragged && _csv.FieldCount > 0))
        {
            throw Malformed($"{_csv.FieldCount} fields where the {(HasNames ? "header" : "first line")} has {Columns.Count}. Look for a missing quote or a stray delimiter there.");
        }

        return true;
    }

    public override ReadOnlySpan<byte> Field(int column)
    {
        if (!_tabs)
        {
            return _csv.GetSpan(column);
        }

        ReadOnlySpan<byte> field = _csv.GetSpan(column);
        if (field.Length < 2 || field[0] != '"')
        {
            return field;
        }

        if (column < _decoded.Length && _decoded[column].Length < field.Length)
        {
            _decoded[column] = new byte[field.Length * 2];
        }

        return Decoded(column, column < _decoded.Length ? _decoded[column] : new byte[field.Length]);
    }

    protected override void Dispose(bool disposing) => _csv.Dispose();

    private bool Advance()
    {
        try
        {
            if (!_csv.Read())
            {
                return false;
            }
        }
        catch (CsvFormatException exception)
        {
            Line = exception.LineNumber;
            throw Malformed($"a record of more than {MaximumRecordBytes >> 20} MiB. Look for a quote that is not closed.", exception);
        }

        Line = _csv.LineNumber;
        CheckUtf8(_csv.RawRecord);
        return true;
    }

    // A field between tabs without its quotes, where they are quotes around the whole of it.
    private ReadOnlySpan<byte> Decoded(int column, byte[] destination)
    {
        ReadOnlySpan<byte> field = _csv.GetSpan(column);
        if (!_tabs || field.Length < 2 || field[0] != '"' || field[^1] != '"')
        {
            return field;
        }

        ReadOnlySpan<byte> inner = field[1..^1];
        int written = 0;
        while (inner.IndexOf((byte)'"') is int quote and >= 0)
        {
            if (quote + 1 == inner.Length || inner[quote + 1] != '"')
            {
                return field;
            }

            inner[..(quote + 1)].CopyTo(destination.AsSpan(written));
            written += quote + 1;
            inner = inner[(quote + 2)..];
        }

        inner.CopyTo(destination.AsSpan(written));
        return destination.AsSpan(0, written + inner.Length);
    }

    private void RefuseOpenQuotes(CsvMalformedRecord record)
    {
        string? what = record.Reason switch
        {
            CsvMalformedReason.TextAfterClosingQuote => "text after the closing quote of a field. Double the quotes that belong to the text.",
            CsvMalformedReason.StrayQuote when !EndsInQuotes(System.Text.Encoding.UTF8.GetBytes(record.RawRecord)) => null,
            _ => "a quote that is never closed. Close it, or double it if it belongs to the text.",
        };
        if (what is not null)
        {
            Line = record.LineNumber;
            throw Malformed(what);
        }
    }

    // CsvHelper tells of the first problem of a record only: after a stray quote a later field may still be left open.
    private bool EndsInQuotes(ReadOnlySpan<byte> record)
    {
        bool quoted = false;
        bool atStart = true;
        foreach (byte value in record)
        {
            if (value == '"' && (quoted || atStart))
            {
                quoted = !quoted;
            }

            atStart = !quoted && (value == Delimiter || value == '\n');
        }

        return quoted;
    }
}
