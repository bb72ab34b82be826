using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Rows as a metric compares them: scaled to length 1 for the cosine, as they are otherwise.</summary>
internal static class MetricRows
{
    /// <summary>The square of the longest length; beyond it sums of squares leave float32's range.</summary>
    public const double LargestSquare = 1e36;

    /// <summary>A checked copy of rows.</summary>
    /// <exception cref="ArgumentException">A row holds NaN or infinity, or is too long to square.</exception>
    public static EmbeddingMatrix Of(EmbeddingMatrix rows, VectorMetric metric)
    {
        if (metric == VectorMetric.Cosine)
        {
            return UnitRows.Of(rows);
        }

        EmbeddingMatrix result = new(rows.Rows, rows.Dimensions);
        for (int i = 0; i < rows.Rows; i++)
        {
            Check(rows.Row(i), metric, i);
            rows.Row(i).CopyTo(result.Row(i));
        }

        return result;
    }

    /// <summary>Refuses rows that cannot be compared.</summary>
    /// <inheritdoc cref="Of"/>
    public static void Check(EmbeddingMatrix rows, VectorMetric metric)
    {
        for (int i = 0; i < rows.Rows; i++)
        {
            Check(rows.Row(i), metric, i);
        }
    }

    /// <summary>Writes one vector as the metric compares it.</summary>
    /// <inheritdoc cref="Of"/>
    public static void Prepare(ReadOnlySpan<float> vector, VectorMetric metric, Span<float> destination)
    {
        Check(vector, metric, row: null);
        if (metric == VectorMetric.Cosine)
        {
            UnitRows.Scale(vector, destination);
        }
        else
        {
            vector.CopyTo(destination);
        }
    }

    /// <summary>The distance between prepared rows, in double: 0 (but for the dot product) for equal rows and for no others.</summary>
    public static double Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y, bool isZero, VectorMetric metric) => metric switch
    {
        VectorMetric.Dot => 0 - RowKernel.PreciseDot(x, y),
        VectorMetric.Euclidean => Math.Sqrt(RowKernel.PreciseSquaredDistance(x, y)),

        // Half the squared distance of unit rows is 1 − cos, without the cancellation where rows are near.
        _ => isZero ? 1 : RowKernel.PreciseSquaredDistance(x, y) / 2,
    };

    private static void Check(ReadOnlySpan<float> vector, VectorMetric metric, int? row)
    {
        string Which() => row is int number ? $"The vector of row {number}" : "The vector";
        if (!TensorPrimitives.IsFiniteAll(vector))
        {
            throw new ArgumentException($"{Which()} holds NaN or infinity; drop the row or embed it anew.", nameof(vector));
        }

        if (metric != VectorMetric.Cosine && RowKernel.PreciseDot(vector, vector) > LargestSquare)
        {
            throw new ArgumentException($"{Which()} is longer than {Math.Sqrt(LargestSquare):0e0}, which float32 cannot square; scale the vectors down, or compare by cosine.", nameof(vector));
        }
    }
}
