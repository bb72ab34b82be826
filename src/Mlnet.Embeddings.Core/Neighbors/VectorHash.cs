using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Numbers that look random and are always the same for the same input.</summary>
internal static class VectorHash
{
    /// <summary>A number that depends on every value of a vector; −0 counts as 0.</summary>
    public static ulong Of(ReadOnlySpan<float> vector, ulong seed)
    {
        ulong state = Mix(seed);
        foreach (uint bits in MemoryMarshal.Cast<float, uint>(vector))
        {
            state = (state ^ (bits == 0x80000000 ? 0 : bits)) * 0x9E3779B97F4A7C15;
            state ^= state >> 32;
        }

        return Mix(state);
    }

    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): neighbouring inputs give unrelated outputs.</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
