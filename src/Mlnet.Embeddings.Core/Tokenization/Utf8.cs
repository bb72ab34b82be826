using System.Runtime.CompilerServices;

namespace Mlnet.Embeddings.Tokenization;

/// <summary>Reading valid UTF-8 without checks.</summary>
internal static class Utf8
{
    /// <summary>The length of the character that begins with a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LengthOf(byte first) => first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    /// <summary>The code point at a place, past which it is moved; −1 at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(ReadOnlySpan<byte> text, ref int at)
    {
        if (at >= text.Length)
        {
            return -1;
        }

        int first = text[at];
        if (first < 0x80)
        {
            at++;
            return first;
        }

        return Long(text, first, ref at);
    }

    private static int Long(ReadOnlySpan<byte> text, int first, ref int at)
    {
        int length = LengthOf((byte)first), c = length == 2 ? first & 0x1F : length == 3 ? first & 0xF : first & 7;
        for (int i = 1; i < length; i++)
        {
            c = (c << 6) | (text[at + i] & 0x3F);
        }

        at += length;
        return c;
    }
}
