namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>A text a line, blank ones too: row i of the output is line i of the input.</summary>
internal sealed class TextLinesReader(InputStream stream, string source) : TableReader(source)
{
    private readonly LineReader _lines = new(stream, source);

    public override double Fraction => stream.Fraction;

    public override int FieldCount => 1;

    public override ReadOnlySpan<byte> Raw => _lines.Current;

    public static TextLinesReader Open(InputStream stream, string source) => new(stream, source) { Columns = ["text"] };

    public override bool Read()
    {
        if (!_lines.Read())
        {
            return false;
        }

        Line = _lines.Number;
        CheckUtf8(Raw);
        return true;
    }

    public override ReadOnlySpan<byte> Field(int column) => Raw;

    protected override void Dispose(bool disposing) => _lines.Dispose();
}
