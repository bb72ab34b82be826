using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Tokenization;

/// <summary>
/// Whole words of up to 15 bytes by their own bytes: the key is the word padded with zeros and its length in the sixteenth byte, so that a
/// look-up is two loads, a multiplication and a comparison. Most words of a text end here.
/// </summary>
internal sealed class WordTable
{
    /// <summary>The longest word it holds, in bytes.</summary>
    public const int MaximumLength = 15;

    private readonly Entry[] _entries;
    private readonly int _shift;

    public WordTable(TokenList tokens, Func<int, bool> include)
    {
        // A quarter full at most: a probe that misses is rare, and the words of a text keep to a small part of the table anyway.
        _entries = new Entry[BitOperations.RoundUpToPowerOf2((uint)Math.Max(1024, tokens.Size * 2))];
        _shift = 64 - BitOperations.Log2((uint)_entries.Length);
        _entries.AsSpan().Fill(new Entry { Id = -1 });
        for (int id = 0; id < tokens.Size; id++)
        {
            if (tokens.Contains(id) && tokens.BytesOf(id).Length is > 0 and <= MaximumLength && tokens.Trie.IdOf(tokens.BytesOf(id)) == id && include(id))
            {
                Add(tokens.BytesOf(id), id);
            }
        }
    }

    /// <summary>The id of a word, or −1.</summary>
    /// <param name="low">Bytes 0 to 7, little-endian.</param>
    /// <param name="high">Bytes 8 to 14 and the length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong low, ulong high)
    {
        ref Entry entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        nuint mask = (nuint)_entries.Length - 1;
        for (nuint i = (nuint)(Hash(low, high) >> _shift); ; i = (i + 1) & mask)
        {
            ref Entry entry = ref Unsafe.Add(ref entries, i);
            if (entry.Low == low && entry.High == high)
            {
                return entry.Id;
            }

            if (entry.Id < 0)
            {
                return -1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Hash(ulong low, ulong high) => (low ^ BitOperations.RotateLeft(high * 0xC2B2AE3D27D4EB4Ful, 29)) * 0x9E3779B97F4A7C15ul;

    private void Add(ReadOnlySpan<byte> word, int id)
    {
        Span<byte> key = stackalloc byte[16];
        key.Clear();
        word.CopyTo(key);
        key[15] = (byte)word.Length;
        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(key), high = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
        ulong i = Hash(low, high) >> _shift;
        while (_entries[i].Id >= 0)
        {
            i = (i + 1) & ((ulong)_entries.Length - 1);
        }

        _entries[i] = new Entry { Low = low, High = high, Id = id };
    }

    private struct Entry
    {
        public ulong Low;
        public ulong High;
        public int Id;
    }
}
