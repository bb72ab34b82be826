using System.Numerics.Tensors;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>
/// Smooths rows over a graph of nearest rows: F becomes αSF + (1 − α)F₀ a few times, S = D^(−½) W D^(−½), W symmetric with the third power of the cosine between a row and each of its nearest rows
/// ("Learning with Local and Global Consistency", Zhou et al., 2004).
/// </summary>
internal sealed class LabelSpreading
{
    // α^10 is below 1 % where α is 0.6: further steps change little.
    private const int Steps = 10;

    private readonly int[] _starts;
    private readonly int[] _columns;
    private readonly float[] _weights;
    private readonly int _threads;

    public LabelSpreading(EmbeddingMatrix rows, int neighbors, int threads, CancellationToken cancellationToken)
    {
        _threads = threads;
        NeighborLists lists = NeighborIndex.Build(rows, new(), cancellationToken).QueryRows(Math.Min(neighbors, rows.Rows - 1), threads, cancellationToken);
        Dictionary<(int, int), float> edges = [];
        for (int i = 0; i < rows.Rows; i++)
        {
            for (int j = 0; j < lists.Count; j++)
            {
                int other = lists.Indices(i)[j];
                float cosine = Math.Max(0, 1 - lists.Distances(i)[j]);
                edges[(i, other)] = edges[(other, i)] = cosine * cosine * cosine;
            }
        }

        (_starts, _columns, _weights) = Normalized(edges, rows.Rows);
    }

    /// <summary>Replaces rows by smoothed ones.</summary>
    public void Smooth(EmbeddingMatrix rows, double alpha)
    {
        EmbeddingMatrix first = new(rows.Rows, rows.Dimensions), next = new(rows.Rows, rows.Dimensions);
        rows.Values.CopyTo(first.Values);
        for (int step = 0; step < Steps; step++)
        {
            Parallel.For(0, rows.Rows, new ParallelOptions { MaxDegreeOfParallelism = _threads }, i =>
            {
                Span<float> row = next.Row(i);
                TensorPrimitives.Multiply(first.Row(i), (float)(1 - alpha), row);
                for (int e = _starts[i]; e < _starts[i + 1]; e++)
                {
                    TensorPrimitives.MultiplyAdd(rows.Row(_columns[e]), (float)alpha * _weights[e], row, row);
                }
            });
            next.Values.CopyTo(rows.Values);
        }
    }

    private static (int[] Starts, int[] Columns, float[] Weights) Normalized(Dictionary<(int Row, int Column), float> edges, int rows)
    {
        int[] starts = new int[rows + 1];
        double[] degrees = new double[rows];
        foreach (((int row, _), float weight) in edges)
        {
            starts[row + 1]++;
            degrees[row] += weight;
        }

        for (int i = 0; i < rows; i++)
        {
            starts[i + 1] += starts[i];
        }

        int[] columns = new int[edges.Count];
        float[] weights = new float[edges.Count];
        int place = 0;
        foreach (((int row, int column), float weight) in edges.OrderBy(e => e.Key))
        {
            columns[place] = column;
            weights[place++] = weight > 0 ? (float)(weight / Math.Sqrt(degrees[row] * degrees[column])) : 0;
        }

        return (starts, columns, weights);
    }
}
