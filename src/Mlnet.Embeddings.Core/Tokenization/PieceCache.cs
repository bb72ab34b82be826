namespace Mlnet.Embeddings.Tokenization;

/// <summary>The ids of pieces seen before. Filled by all threads without a lock and never emptied, so that a warm tokenizer allocates nothing.</summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces are rare and seldom come twice.</summary>
    public const int MaximumLength = 64;

    // 64 Ki entries hold the words of most corpora's everyday vocabulary and at most some 10 MB.
    private const int Slots = 1 << 16;

    private const int Probes = 4;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>Appends the ids of a piece if it is known.</summary>
    public bool TryGet(ReadOnlySpan<byte> piece, uint hash, TokenBuffer ids)
    {
        for (uint i = 0; i < Probes; i++)
        {
            Entry? entry = Volatile.Read(ref _entries[(hash + i) & (Slots - 1)]);
            if (entry is null)
            {
                return false;
            }

            if (entry.Hash == hash && piece.SequenceEqual(entry.Piece))
            {
                entry.Ids.CopyTo(ids.Free(entry.Ids.Length));
                return true;
            }
        }

        return false;
    }

    /// <summary>Keeps the ids of a piece while there is room for it.</summary>
    public void Add(ReadOnlySpan<byte> piece, uint hash, ReadOnlySpan<int> ids)
    {
        for (uint i = 0; i < Probes; i++)
        {
            ref Entry? slot = ref _entries[(hash + i) & (Slots - 1)];
            if (Volatile.Read(ref slot) is null)
            {
                Volatile.Write(ref slot, new Entry(hash, piece.ToArray(), ids.ToArray()));
                return;
            }
        }
    }

    public static uint HashOf(ReadOnlySpan<byte> piece)
    {
        ulong hash = (ulong)piece.Length;
        while (piece.Length >= 8)
        {
            hash = (hash ^ System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(piece)) * 0x9E3779B97F4A7C15ul;
            hash ^= hash >> 29;
            piece = piece[8..];
        }

        ulong rest = 0;
        for (int i = 0; i < piece.Length; i++)
        {
            rest |= (ulong)piece[i] << (8 * i);
        }

        hash = (hash ^ rest) * 0x9E3779B97F4A7C15ul;
        return (uint)(hash >> 32) ^ (uint)(hash >> 44);
    }

    private sealed record Entry(uint Hash, byte[] Piece, int[] Ids);
}
