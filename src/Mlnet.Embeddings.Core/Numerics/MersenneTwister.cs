namespace Mlnet.Embeddings.Numerics;

/// <summary>
/// The MT19937 generator (Matsumoto and Nishimura, 1998) with the seeding, the bounded draws and the shuffle of NumPy's <c>RandomState</c>: the same seed gives
/// the same draws as there, so that samples drawn by Python evaluations can be drawn again.
/// </summary>
internal sealed class MersenneTwister
{
    private const int Length = 624;
    private const int Offset = 397;
    private readonly uint[] _state = new uint[Length];
    private int _next = Length;

    public MersenneTwister(int seed)
    {
        _state[0] = (uint)seed;
        for (int i = 1; i < Length; i++)
        {
            _state[i] = (1812433253 * (_state[i - 1] ^ (_state[i - 1] >> 30))) + (uint)i;
        }
    }

    /// <summary>32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_next == Length)
        {
            Twist();
        }

        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >> 18);
    }

    /// <summary>A whole number in 0..<paramref name="maximum"/>, both ends included, by masked rejection.</summary>
    public int NextAtMost(int maximum)
    {
        uint mask = maximum == 0 ? 0 : uint.MaxValue >> int.LeadingZeroCount(maximum);
        uint value;
        do
        {
            value = maximum == 0 ? 0 : NextUInt32() & mask;
        }
        while (value > maximum);

        return (int)value;
    }

    /// <summary>A number in [0, 1) of 53 bits.</summary>
    public double NextDouble()
    {
        uint high = NextUInt32() >> 5;
        uint low = NextUInt32() >> 6;
        return ((high * 67108864.0) + low) / 9007199254740992.0;
    }

    /// <summary>Brings the values into a random order (Fisher and Yates, from the last to the second).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextAtMost(i);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    private void Twist()
    {
        for (int i = 0; i < Length; i++)
        {
            uint y = (_state[i] & 0x80000000) | (_state[(i + 1) % Length] & 0x7fffffff);
            _state[i] = _state[(i + Offset) % Length] ^ (y >> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
        }

        _next = 0;
    }
}
