namespace Mlnet.Embeddings.Neighbors;

/// <summary>The nearest nodes that a search has seen, in order, and which of them it has looked around from.</summary>
/// <remarks>One sorted array does for the two heaps of the paper: a candidate beyond the nearest ef is never looked around from. Equally near nodes stand in order of their numbers, so that a search always takes the same way.</remarks>
internal sealed class CandidatePool
{
    private const ulong Expanded = 1;

    // Distance (32 bits, ordered like the float), node (31 bits), whether it was looked around from.
    private ulong[] _entries = [];
    private int _capacity;

    /// <summary>How many nodes are held.</summary>
    public int Size { get; private set; }

    /// <summary>Empties it.</summary>
    /// <param name="capacity">How many of the nearest to hold from now on, ef.</param>
    public void Clear(int capacity)
    {
        if (_entries.Length < capacity)
        {
            _entries = new ulong[Math.Max(capacity, 2 * _entries.Length)];
        }

        (Size, _capacity) = (0, capacity);
    }

    public int Node(int position) => (int)((uint)_entries[position] >> 1);

    public float Distance(int position) => FromOrdered((uint)(_entries[position] >> 32));

    public bool IsExpanded(int position) => (_entries[position] & Expanded) != 0;

    public void Expand(int position) => _entries[position] |= Expanded;

    /// <summary>Takes a node that is not held yet, if it is among the nearest.</summary>
    /// <returns>The place it got, or −1.</returns>
    public int Insert(float distance, int node)
    {
        ulong entry = ((ulong)ToOrdered(distance) << 32) | ((ulong)(uint)node << 1);
        if (Size == _capacity && entry >= _entries[Size - 1])
        {
            return -1;
        }

        int low = 0;
        int high = Size;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            (low, high) = _entries[middle] < entry ? (middle + 1, high) : (low, middle);
        }

        Size = Math.Min(Size + 1, _capacity);
        _entries.AsSpan(low, Size - 1 - low).CopyTo(_entries.AsSpan(low + 1));
        _entries[low] = entry;
        return low;
    }

    private static uint ToOrdered(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value);
        return (uint)bits ^ ((uint)(bits >> 31) | 0x80000000);
    }

    private static float FromOrdered(uint ordered) =>
        BitConverter.UInt32BitsToSingle((ordered & 0x80000000) != 0 ? ordered ^ 0x80000000 : ~ordered);
}
