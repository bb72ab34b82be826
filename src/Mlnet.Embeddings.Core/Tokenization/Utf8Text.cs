namespace Mlnet.Embeddings.Tokenization;

/// <summary>Two buffers of UTF-8 between which a text goes to and fro as one step of normalization after the other is applied.</summary>
internal sealed class Utf8Text
{
    private byte[] _other = [];

    /// <summary>The bytes; <see cref="Length"/> of them count.</summary>
    public byte[] Bytes = [];

    /// <summary>Number of bytes.</summary>
    public int Length;

    /// <summary>The text.</summary>
    public ReadOnlySpan<byte> Span => Bytes.AsSpan(0, Length);

    /// <summary>Replaces every occurrence of a string.</summary>
    public void Replace(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> content)
    {
        int found = Span.IndexOf(pattern);
        if (found < 0)
        {
            return;
        }

        ReadOnlySpan<byte> rest = Span;
        int written = 0;
        for (; found >= 0; found = rest.IndexOf(pattern))
        {
            Write(rest[..found], ref written);
            Write(content, ref written);
            rest = rest[(found + pattern.Length)..];
        }

        Write(rest, ref written);
        Swap(written);
    }

    /// <summary>Makes one string of every run of white space.</summary>
    public void ReplaceWhiteSpace(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> rest = Span;
        int written = 0;
        bool isInside = false;
        while (!rest.IsEmpty)
        {
            System.Text.Rune.DecodeFromUtf8(rest, out System.Text.Rune rune, out int length);
            bool isSpace = System.Text.Rune.IsWhiteSpace(rune);
            Write(isSpace ? isInside ? [] : content : rest[..length], ref written);
            isInside = isSpace;
            rest = rest[length..];
        }

        Swap(written);
    }

    /// <summary>Removes white space at the start and the end.</summary>
    public void Strip(bool left, bool right)
    {
        int start = 0, end = Length;
        while (left && start < end && System.Text.Rune.DecodeFromUtf8(Span[start..end], out System.Text.Rune first, out int length) == 0 && System.Text.Rune.IsWhiteSpace(first))
        {
            start += length;
        }

        while (right && start < end && System.Text.Rune.DecodeLastFromUtf8(Span[start..end], out System.Text.Rune last, out int length) == 0 && System.Text.Rune.IsWhiteSpace(last))
        {
            end -= length;
        }

        Bytes.AsSpan(start, end - start).CopyTo(Bytes);
        Length = end - start;
    }

    /// <summary>Puts a string before the text.</summary>
    public void Prepend(ReadOnlySpan<byte> content)
    {
        int written = 0;
        Write(content, ref written);
        Write(Span, ref written);
        Swap(written);
    }

    private void Write(ReadOnlySpan<byte> part, ref int written)
    {
        if (_other.Length < written + part.Length)
        {
            Array.Resize(ref _other, Math.Max(256, (written + part.Length) * 2));
        }

        part.CopyTo(_other.AsSpan(written));
        written += part.Length;
    }

    private void Swap(int written)
    {
        (Bytes, _other) = (_other, Bytes);
        Length = written;
    }
}
