using System.Buffers;
using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Transforms;

/// <summary>Rows minus a center times a matrix plus an offset, perhaps scaled to length 1: what whitening and alignment do to a block of rows.</summary>
/// <param name="center">d values, or none.</param>
/// <param name="matrix">d×k, row after row.</param>
/// <param name="inner">d.</param>
/// <param name="offset">k values, or none.</param>
/// <param name="normalize">Whether rows are scaled to length 1 at the end.</param>
internal sealed class LinearRows(float[] center, float[] matrix, int inner, float[] offset, bool normalize)
{
    // Fewer rows go over the matrix as it stands: most of a tile would be empty.
    private const int RowsWorthTiles = 3;

    private const int StackValues = 1024;

    private readonly int _columns = matrix.Length / inner;
    private PackedMatrix? _packed;

    // Packed when many rows come first; threads that meet there make equal copies, of which one stays.
    private PackedMatrix Packed => _packed ??= new PackedMatrix(matrix, inner, _columns);

    /// <summary>Maps <paramref name="count"/> rows on this thread; nothing is allocated a row.</summary>
    public void Map(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        if (count < RowsWorthTiles)
        {
            for (int row = 0; row < count; row++)
            {
                MapOne(rows.Slice(row * inner, inner), destination.Slice(row * _columns, _columns));
            }
        }
        else
        {
            Packed.Multiply(rows, center, destination, count);
        }

        for (int row = 0; offset.Length > 0 && row < count; row++)
        {
            Span<float> result = destination.Slice(row * _columns, _columns);
            TensorPrimitives.Add(result, offset, result);
        }

        if (normalize)
        {
            UnitRows.ScaleAll(destination, count);
        }
    }

    // The row may be written over by its result.
    private void MapOne(ReadOnlySpan<float> row, Span<float> result)
    {
        float[]? rented = inner > StackValues ? ArrayPool<float>.Shared.Rent(inner) : null;
        Span<float> centered = rented is null ? stackalloc float[StackValues] : rented;
        centered = centered[..inner];
        row.CopyTo(centered);
        if (center.Length > 0)
        {
            TensorPrimitives.Subtract(row, center, centered);
        }

        result.Clear();
        for (int i = 0; i < inner; i++)
        {
            TensorPrimitives.MultiplyAdd(matrix.AsSpan(i * _columns, _columns), centered[i], result, result);
        }

        if (rented is not null)
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }
}
