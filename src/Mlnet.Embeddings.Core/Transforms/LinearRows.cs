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
    private readonly int _columns = matrix.Length / inner;
    private PackedMatrix<float>? _packed;

    // Packed when the first rows come; threads that meet there make equal copies, of which one stays.
    private PackedMatrix<float> Packed => _packed ??= new PackedMatrix<float>(matrix, inner, _columns);

    /// <summary>Maps <paramref name="count"/> rows on this thread. A row's result is the same to the bit in any company, and nothing is allocated a row.</summary>
    public void Map(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        Packed.Multiply(rows, center, destination, count);
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
}
