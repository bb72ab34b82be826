using System.Runtime.CompilerServices;

namespace Mlnet.Embeddings.Tokenization;

/// <summary>A growing list of token ids that a tokenizer appends to; keep one a thread and clear it between texts, and nothing is allocated.</summary>
public sealed class TokenBuffer
{
    private int[] _ids;

    /// <summary>An empty buffer.</summary>
    /// <param name="capacity">Ids it holds before it grows.</param>
    public TokenBuffer(int capacity = 256) => _ids = new int[Math.Max(capacity, 16)];

    /// <summary>Number of ids.</summary>
    public int Count { get; private set; }

    /// <summary>The ids; valid until the next call that appends.</summary>
    public Span<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Removes all ids and keeps the memory.</summary>
    public void Clear() => Count = 0;

    /// <summary>Appends an id.</summary>
    public void Add(int id) => Free(1)[0] = id;

    /// <summary>Drops what is beyond the first <paramref name="count"/> ids.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    /// <summary>Removes every occurrence of an id, in place.</summary>
    public void Remove(int id)
    {
        Span<int> ids = Ids;
        int kept = ids.IndexOf(id);
        if (kept < 0)
        {
            return;
        }

        for (int i = kept + 1; i < ids.Length; i++)
        {
            if (ids[i] != id)
            {
                ids[kept++] = ids[i];
            }
        }

        Count = kept;
    }

    /// <summary>Appends <paramref name="count"/> places and gives them, not cleared; pair it with <see cref="Truncate"/> where fewer are used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Span<int> Free(int count)
    {
        if (_ids.Length - Count < count)
        {
            Grow(count);
        }

        Span<int> free = _ids.AsSpan(Count, count);
        Count += count;
        return free;
    }

    private void Grow(int count) => Array.Resize(ref _ids, (int)Math.Min(Array.MaxLength, Math.Max((long)Count + count, 2L * _ids.Length)));
}
