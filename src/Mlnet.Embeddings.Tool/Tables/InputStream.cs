using System.Text;

namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>
/// A stream as UTF-8 without byte order mark, whose first bytes can be looked at before they are read, and that knows how far it is.
/// </summary>
internal sealed class InputStream : Stream
{
    private readonly Stream _origin;
    private readonly Stream _inner;
    private readonly long _length;
    private byte[] _head = new byte[64 << 10];
    private int _headStart;
    private int _headEnd;

    /// <param name="origin">The bytes of the file, from its beginning.</param>
    /// <param name="latin1">Whether they are ISO 8859-1; otherwise UTF-8, or UTF-16 where a byte order mark says so.</param>
    public InputStream(Stream origin, bool latin1)
    {
        _origin = origin;
        _length = origin.CanSeek ? origin.Length : -1;
        _inner = origin;
        int seen = Fill(2);
        if (latin1)
        {
            _inner = Transcode(Encoding.Latin1);
        }
        else if (seen >= 2 && (_head[0], _head[1]) is (0xFF, 0xFE) or (0xFE, 0xFF))
        {
            _inner = Transcode(_head[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode);
        }

        Fill(3);
        if (Buffered.StartsWith(Encoding.UTF8.Preamble))
        {
            _headStart += 3;
        }
    }

    /// <summary>The share that has been read, 0 to 1; NaN where the length is not known.</summary>
    public double Fraction => _length < 0 ? double.NaN : _length == 0 ? 1 : Math.Min(1, (double)_origin.Position / _length);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    private Span<byte> Buffered => _head.AsSpan(_headStart, _headEnd - _headStart);

    /// <summary>The next bytes, without reading them: at least one line, and up to <paramref name="wanted"/> bytes.</summary>
    public ReadOnlySpan<byte> Peek(int wanted)
    {
        Fill(wanted);
        while (Buffered.IndexOf((byte)'\n') < 0 && _headEnd - _headStart < TableReader.MaximumRecordBytes)
        {
            int before = _headEnd - _headStart;
            if (Fill(before * 2) == before)
            {
                break;
            }
        }

        return Buffered;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_headStart == _headEnd)
        {
            return _inner.Read(buffer);
        }

        int count = Math.Min(buffer.Length, _headEnd - _headStart);
        Buffered[..count].CopyTo(buffer);
        _headStart += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _origin.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Fill(int wanted)
    {
        if (_head.Length - _headStart < wanted)
        {
            Array.Resize(ref _head, Math.Max(_headStart + wanted, _head.Length * 2));
        }

        while (_headEnd - _headStart < wanted && _inner.Read(_head.AsSpan(_headEnd, _headStart + wanted - _headEnd)) is int read and > 0)
        {
            _headEnd += read;
        }

        return _headEnd - _headStart;
    }

    private Stream Transcode(Encoding encoding)
    {
        byte[] first = Buffered.ToArray();
        _headStart = _headEnd = 0;
        return Encoding.CreateTranscodingStream(new Rejoined(first, _origin), encoding, new UTF8Encoding(false));
    }

    // The bytes that were looked at to find the encoding, then the rest.
    private sealed class Rejoined(byte[] first, Stream rest) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, first.Length - _position);
            if (count == 0)
            {
                return rest.Read(buffer);
            }

            first.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
