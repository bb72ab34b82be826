namespace Mlnet.Embeddings;

/// <summary>
/// n embeddings of d dimensions in one contiguous block of float32, row after row.
/// </summary>
/// <remarks>
/// A thin view over an array that the caller may keep: no copy is made, and writing through <see cref="Row"/> writes the array.
/// </remarks>
public sealed class EmbeddingMatrix
{
    private readonly float[] _values;

    /// <summary>An n×d matrix of zeros.</summary>
    /// <param name="rows">Number of rows, n ≥ 0.</param>
    /// <param name="dimensions">Values a row, d ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of range, or n·d does not fit one array.</exception>
    public EmbeddingMatrix(int rows, int dimensions)
        : this(Allocate(rows, dimensions), rows, dimensions)
    {
    }

    /// <summary>A matrix over values that are there already.</summary>
    /// <param name="values">Row-major values; at least <paramref name="rows"/> · <paramref name="dimensions"/> of them.</param>
    /// <param name="rows">Number of rows, n ≥ 0.</param>
    /// <param name="dimensions">Values a row, d ≥ 1.</param>
    /// <exception cref="ArgumentException">The array is too short.</exception>
    public EmbeddingMatrix(float[] values, int rows, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(values);
        CheckSize(rows, dimensions);
        if ((long)rows * dimensions > values.Length)
        {
            throw new ArgumentException($"{rows} rows of {dimensions} values need {(long)rows * dimensions} floats; the array holds {values.Length}.", nameof(values));
        }

        _values = values;
        Rows = rows;
        Dimensions = dimensions;
    }

    /// <summary>Number of rows, n.</summary>
    public int Rows { get; }

    /// <summary>Values a row, d.</summary>
    public int Dimensions { get; }

    /// <summary>All values, row after row (length n·d).</summary>
    public Span<float> Values => _values.AsSpan(0, Rows * Dimensions);

    /// <summary>Row <paramref name="index"/> (length d).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Span<float> Row(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Rows, nameof(index));
        return _values.AsSpan(index * Dimensions, Dimensions);
    }

    private static float[] Allocate(int rows, int dimensions)
    {
        CheckSize(rows, dimensions);
        return new float[rows * dimensions];
    }

    private static void CheckSize(int rows, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if ((long)rows * dimensions > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(nameof(rows), $"{rows} rows of {dimensions} values do not fit one array; work in blocks.");
        }
    }
}
