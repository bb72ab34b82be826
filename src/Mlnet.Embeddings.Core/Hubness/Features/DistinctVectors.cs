using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Hubness;

/// <summary>The vector of a number.</summary>
internal delegate ReadOnlySpan<float> VectorOfNumber(int number);

/// <summary>Numbers vectors that differ, 0, 1, …, and finds the number of one. The vectors stay where they are.</summary>
internal sealed class DistinctVectors(VectorOfNumber vectorOf)
{
    private const int None = -1;

    private readonly Dictionary<int, int> _lastOfHash = [];
    private readonly List<int> _before = [];

    public int Count => _before.Count;

    /// <summary>The number of a vector, or −1.</summary>
    public int Find(ReadOnlySpan<float> vector)
    {
        int number = _lastOfHash.GetValueOrDefault(Hash(vector), None);
        while (number != None && !vectorOf(number).SequenceEqual(vector))
        {
            number = _before[number];
        }

        return number;
    }

    /// <summary>Gives the next number to a vector that has none.</summary>
    public void Add(ReadOnlySpan<float> vector)
    {
        int hash = Hash(vector);
        _before.Add(_lastOfHash.GetValueOrDefault(hash, None));
        _lastOfHash[hash] = Count - 1;
    }

    /// <summary>The rows that differ from all before them.</summary>
    /// <param name="rows">n×d vectors.</param>
    /// <param name="numbers">The number, among those rows, of each of the n.</param>
    public static EmbeddingMatrix Of(EmbeddingMatrix rows, out int[] numbers)
    {
        EmbeddingMatrix distinct = new(rows.Rows, rows.Dimensions);
        DistinctVectors known = new(number => distinct.Row(number));
        numbers = new int[rows.Rows];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = known.Find(rows.Row(i));
            if (numbers[i] == None)
            {
                numbers[i] = known.Count;
                rows.Row(i).CopyTo(distinct.Row(known.Count));
                known.Add(rows.Row(i));
            }
        }

        return new(distinct.Values[..(known.Count * rows.Dimensions)].ToArray(), known.Count, rows.Dimensions);
    }

    private static int Hash(ReadOnlySpan<float> vector)
    {
        HashCode hash = default;
        hash.AddBytes(MemoryMarshal.AsBytes(vector));
        return hash.ToHashCode();
    }
}
