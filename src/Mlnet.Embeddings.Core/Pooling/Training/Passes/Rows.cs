using System.Numerics;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>Rows of values in one array.</summary>
internal static class Rows
{
    /// <summary>The array, or a longer one where it is too short; what it held is not kept.</summary>
    public static T[] AtLeast<T>(T[] values, int length) => values.Length >= length ? values : new T[length];

    /// <summary>Adds a row to each of the rows.</summary>
    public static void AddToEach<T>(Span<T> rows, ReadOnlySpan<T> row)
        where T : unmanaged, INumber<T>
    {
        for (int at = 0; at < rows.Length; at += row.Length)
        {
            Span<T> target = rows.Slice(at, row.Length);
            TensorPrimitives.Add(target, row, target);
        }
    }

    /// <summary>Adds each of the rows to one.</summary>
    public static void AddEachTo<T>(ReadOnlySpan<T> rows, Span<T> row)
        where T : unmanaged, INumber<T>
    {
        for (int at = 0; at < rows.Length; at += row.Length)
        {
            TensorPrimitives.Add(row, rows.Slice(at, row.Length), row);
        }
    }

    /// <summary>Copies a run of columns out of rows, or back into them.</summary>
    public static void CopyColumns<T>(ReadOnlySpan<T> source, int sourceWidth, int sourceColumn, Span<T> destination, int destinationWidth, int destinationColumn, int columns, int count)
    {
        for (int i = 0; i < count; i++)
        {
            source.Slice((i * sourceWidth) + sourceColumn, columns).CopyTo(destination[((i * destinationWidth) + destinationColumn)..]);
        }
    }

    /// <summary>Adds narrow rows to a run of columns of wider ones.</summary>
    public static void AddToColumns<T>(ReadOnlySpan<T> source, int columns, Span<T> destination, int destinationWidth, int destinationColumn, int count)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < count; i++)
        {
            Span<T> target = destination.Slice((i * destinationWidth) + destinationColumn, columns);
            TensorPrimitives.Add(target, source.Slice(i * columns, columns), target);
        }
    }
}
