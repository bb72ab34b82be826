namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>Lines of a stream as spans of bytes, ended by LF or CRLF.</summary>
internal sealed class LineReader(Stream stream, string source) : IDisposable
{
    private byte[] _buffer = new byte[256 << 10];
    private int _start;
    private int _end;
    private int _lineStart;
    private int _lineLength;
    private bool _atEnd;

    /// <summary>The current line without its line break.</summary>
    public ReadOnlySpan<byte> Current => _buffer.AsSpan(_lineStart, _lineLength);

    /// <summary>The current line's number, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Moves on to the next line; a line break at the end of the file starts no line.</summary>
    /// <exception cref="ToolException">The line is longer than <see cref="TableReader.MaximumRecordBytes"/>.</exception>
    public bool Read()
    {
        int searched = _start;
        int lineBreak;
        while ((lineBreak = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n')) < 0)
        {
            int pending = _end - _start;
            if (_atEnd || !Fill())
            {
                _atEnd = true;
                return pending > 0 && Take(pending, pending);
            }

            searched = _start + pending;
        }

        int length = searched + lineBreak - _start;
        return Take(length, length + 1);
    }

    public void Dispose() => stream.Dispose();

    private bool Take(int length, int consumed)
    {
        _lineStart = _start;
        _lineLength = length > 0 && _buffer[_start + length - 1] == '\r' ? length - 1 : length;
        _start += consumed;
        Number++;
        return true;
    }

    private bool Fill()
    {
        int pending = _end - _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, pending).CopyTo(_buffer);
            (_start, _end) = (0, pending);
        }

        if (pending > TableReader.MaximumRecordBytes)
        {
            throw new ToolException($"{source}, line {Number + 1}: the line is longer than {TableReader.MaximumRecordBytes >> 20} MiB. Split it, or check that this is the format its name says.");
        }

        if (pending == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int read = stream.Read(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
