namespace Mlnet.Embeddings.Hubness;

/// <summary>How many rows occur how often in lists of nearest neighbours.</summary>
public sealed class OccurrenceHistogram
{
    private readonly int[] _frequencies;

    private OccurrenceHistogram(int[] frequencies, int rows, long total) => (_frequencies, Rows, Total) = (frequencies, rows, total);

    /// <summary>Entry i is the number of rows that occur i times; the last entry is not 0.</summary>
    public ReadOnlySpan<int> Frequencies => _frequencies;

    /// <summary>Rows that were counted.</summary>
    public int Rows { get; }

    /// <summary>Places of all lists together.</summary>
    public long Total { get; }

    /// <summary>Counts counts.</summary>
    /// <param name="occurrences">How often each row occurs.</param>
    /// <exception cref="ArgumentException">There is no count, or one is negative.</exception>
    public static OccurrenceHistogram Of(ReadOnlySpan<int> occurrences)
    {
        int most = 0;
        for (int i = 0; i < occurrences.Length; i++)
        {
            most = Math.Max(most, occurrences[i]);
            if (occurrences[i] < 0)
            {
                throw new ArgumentException($"Row {i} occurs {occurrences[i]} times; counts are 0 or more.", nameof(occurrences));
            }
        }

        if (occurrences.IsEmpty)
        {
            throw new ArgumentException("There are no counts to measure; give one a row.", nameof(occurrences));
        }

        int[] frequencies = new int[most + 1];
        long total = 0;
        foreach (int occurrence in occurrences)
        {
            frequencies[occurrence]++;
            total += occurrence;
        }

        return new(frequencies, occurrences.Length, total);
    }
}
