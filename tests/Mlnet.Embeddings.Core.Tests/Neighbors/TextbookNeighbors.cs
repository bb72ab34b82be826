using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

/// <summary>Neighbours as a textbook finds them: every distance in float64, term by term, then sorted.</summary>
internal static class TextbookNeighbors
{
    /// <summary>Values a normal distribution gives.</summary>
    public static EmbeddingMatrix Normal(int rows, int dimensions, int seed, double offset = 0, double scale = 1)
    {
        Random random = new(seed);
        EmbeddingMatrix matrix = new(rows, dimensions);
        foreach (ref float value in matrix.Values)
        {
            value = (float)(offset + (scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
        }

        return matrix;
    }

    public static double Distance(ReadOnlySpan<float> x, ReadOnlySpan<float> y, VectorMetric metric)
    {
        double xx = 0, yy = 0, xy = 0, difference = 0;
        for (int j = 0; j < x.Length; j++)
        {
            xx += (double)x[j] * x[j];
            yy += (double)y[j] * y[j];
            xy += (double)x[j] * y[j];
            difference += ((double)x[j] - y[j]) * ((double)x[j] - y[j]);
        }

        return metric switch
        {
            VectorMetric.Dot => -xy,
            VectorMetric.Euclidean => Math.Sqrt(difference),
            _ => xx == 0 || yy == 0 ? 1 : 1 - (xy / Math.Sqrt(xx * yy)),
        };
    }

    /// <summary>The distances of a vector to all rows.</summary>
    public static double[] Distances(ReadOnlySpan<float> query, EmbeddingMatrix rows, VectorMetric metric)
    {
        double[] distances = new double[rows.Rows];
        for (int i = 0; i < distances.Length; i++)
        {
            distances[i] = Distance(query, rows.Row(i), metric);
        }

        return distances;
    }
}
