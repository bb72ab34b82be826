using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// Which of two equally near rows comes first: by a seeded shuffle of its own for each query, or by row number. One shuffle for all queries would only choose another row to be the
/// hub of rows that are all alike.
/// </summary>
internal readonly struct TieOrder
{
    private readonly ulong _state;
    private readonly bool _shuffles;

    private TieOrder(ulong state) => (_state, _shuffles) = (state, true);

    /// <summary>The order for a query that is row <paramref name="row"/> itself; row order without a seed.</summary>
    public static TieOrder OfRow(int? seed, int row) => seed is int given ? new(Mix(((ulong)(uint)given << 32) | (uint)row)) : default;

    /// <summary>The order for any query: the same vector always gets the same one.</summary>
    public static TieOrder OfVector(int? seed, ReadOnlySpan<float> vector)
    {
        if (seed is not int given)
        {
            return default;
        }

        ulong state = Mix(~(ulong)(uint)given);
        foreach (uint bits in MemoryMarshal.Cast<float, uint>(vector))
        {
            // −0 and 0 are one value.
            state = (state ^ (bits == 0x80000000 ? 0 : bits)) * 0x9E3779B97F4A7C15;
            state ^= state >> 32;
        }

        return new(Mix(state));
    }

    /// <summary>Whether <paramref name="row"/> comes before <paramref name="other"/>.</summary>
    public bool IsFirst(int row, int other)
    {
        if (_shuffles)
        {
            ulong key = Mix(_state + (uint)row);
            ulong otherKey = Mix(_state + (uint)other);
            if (key != otherKey)
            {
                return key < otherKey;
            }
        }

        return row < other;
    }

    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): neighbouring inputs give unrelated outputs.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
