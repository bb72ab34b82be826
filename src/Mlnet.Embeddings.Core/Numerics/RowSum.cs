namespace Mlnet.Embeddings.Numerics;

/// <summary>Sums of rows in double.</summary>
internal static class RowSum
{
    /// <summary>Adds a row to a sum.</summary>
    public static void Add(ReadOnlySpan<float> row, Span<double> sum)
    {
        for (int j = 0; j < row.Length; j++)
        {
            sum[j] += row[j];
        }
    }

    /// <summary>Writes a sum scaled to length 1; zeros stay zero.</summary>
    public static void Direction(ReadOnlySpan<double> sum, Span<float> destination)
    {
        double square = 0;
        foreach (double value in sum)
        {
            square += value * value;
        }

        double scale = square > 0 ? 1 / Math.Sqrt(square) : 0;
        for (int j = 0; j < sum.Length; j++)
        {
            destination[j] = (float)(sum[j] * scale);
        }
    }
}
