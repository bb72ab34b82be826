using System.Text.Json;

namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>A JSON object a line; blank lines are skipped. Columns are the properties seen at the head of the file, more may follow.</summary>
internal sealed class JsonLinesReader : TableReader
{
    private const int HeadBytes = 1 << 20;
    private readonly InputStream _stream;
    private readonly LineReader _lines;
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _placesByChars;
    private readonly List<JsonField> _fields = [];
    private byte[] _text = new byte[4096];
    private char[] _name = new char[64];
    private long _record;

    private JsonLinesReader(InputStream stream, string source)
        : base(source)
    {
        _placesByChars = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        _stream = stream;
        Columns = _names;
        ReadNames(stream.Peek(HeadBytes));
        _lines = new LineReader(stream, source);
    }

    public override double Fraction => _stream.Fraction;

    public override int FieldCount => _names.Count;

    public override ReadOnlySpan<byte> Raw => _lines.Current.Trim(" \t\r"u8);

    public static JsonLinesReader Open(InputStream stream, string source) => new(stream, source);

    public override bool Read()
    {
        do
        {
            if (!_lines.Read())
            {
                return false;
            }
        }
        while (Raw.IsEmpty);

        Line = _lines.Number;
        CheckUtf8(Raw);
        _record++;
        Parse(Raw);
        return true;
    }

    public override FieldKind Kind(int column) => column < _fields.Count && _fields[column].Record == _record ? _fields[column].Kind : FieldKind.Missing;

    public override ReadOnlySpan<byte> Field(int column)
    {
        if (Kind(column) is FieldKind.Missing or FieldKind.Null)
        {
            return default;
        }

        JsonField field = _fields[column];
        return field.Escaped ? Unescaped(Raw.Slice(field.Start - 1, field.Length + 2)) : Raw.Slice(field.Start, field.Length);
    }

    protected override void Dispose(bool disposing) => _lines.Dispose();

    // The names in the whole lines of the head; a first line longer than the head counts as whole.
    private void ReadNames(ReadOnlySpan<byte> head)
    {
        bool whole = head.Length < HeadBytes;
        while (!head.IsEmpty)
        {
            int end = head.IndexOf((byte)'\n');
            if (end < 0 && !whole && _names.Count > 0)
            {
                return;
            }

            ReadOnlySpan<byte> line = (end < 0 ? head : head[..end]).Trim(" \t\r"u8);
            Line++;
            if (!line.IsEmpty)
            {
                CheckUtf8(line);
                Parse(line);
            }

            head = end < 0 ? default : head[(end + 1)..];
        }

        if (_names.Count == 0)
        {
            throw new ToolException($"{Source} has no JSON objects with properties. Give one a line, such as {{\"text\": \"…\"}}.");
        }
    }

    private void Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader json = new(line);
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw Malformed("not a JSON object. Each line must be one, such as {\"text\": \"…\"}.");
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                int column = Place(ref json);
                json.Read();
                bool isText = json.TokenType == JsonTokenType.String;
                int start = (int)json.TokenStartIndex + (isText ? 1 : 0);
                bool escaped = isText && json.ValueIsEscaped;
                FieldKind kind = KindOf(ref json);
                json.Skip();
                int length = isText ? json.ValueSpan.Length : (int)json.BytesConsumed - start;
                _fields[column] = new JsonField(_record, kind, start, length, escaped);
            }

            // Anything after the object is an error that this call finds.
            json.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Malformed($"not valid JSON ({What(exception)}). Each line must be one whole JSON object.", exception);
        }
    }

    private int Place(ref Utf8JsonReader json)
    {
        if (json.ValueSpan.Length > _name.Length)
        {
            _name = new char[json.ValueSpan.Length * 2];
        }

        ReadOnlySpan<char> name = _name.AsSpan(0, json.CopyString(_name));
        if (_placesByChars.TryGetValue(name, out int place))
        {
            return place;
        }

        // A file whose property names are data would fill the memory.
        if (_names.Count == 10_000)
        {
            throw Malformed("this is the 10,001st different property name. Keep the names fixed and put what varies into values.");
        }

        place = _names.Count;
        _names.Add(name.ToString());
        _places.Add(_names[place], place);
        _fields.Add(default);
        return place;
    }

    private ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> quoted)
    {
        if (_text.Length < quoted.Length)
        {
            _text = new byte[quoted.Length * 2];
        }

        try
        {
            Utf8JsonReader json = new(quoted);
            json.Read();
            return _text.AsSpan(0, json.CopyString(_text));
        }
        catch (InvalidOperationException exception)
        {
            throw Malformed("a string with an escape that is no character (half of a surrogate pair). Write the text as UTF-8.", exception);
        }
    }

    private static FieldKind KindOf(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => FieldKind.Text,
        JsonTokenType.Null => FieldKind.Null,
        JsonTokenType.True or JsonTokenType.False => FieldKind.Boolean,
        JsonTokenType.Number => json.ValueSpan.Length <= 18 && json.ValueSpan.IndexOfAny(".eE"u8) < 0 ? FieldKind.Integer : FieldKind.Number,
        _ => FieldKind.Json,
    };

    // The first sentence of the parser's message: the rest repeats positions that mean nothing within a line.
    private static string What(Exception exception)
    {
        string message = exception.Message;
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }

    private readonly record struct JsonField(long Record, FieldKind Kind, int Start, int Length, bool Escaped);
}
