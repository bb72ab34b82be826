using System.Buffers;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>‖x − y‖² − ‖x − c_x‖² − ‖y − c_y‖², c the centroid of the k neighbours (Hara et al. 2016). With the cosine of vectors at length 1, where ‖x − y‖² = 2δ.</summary>
internal sealed class DisSimLocal(NeighborIndex index, HubnessReductionOptions options) : NeighborhoodReduction(index, options)
{
    public override HubnessReductionKind Kind => HubnessReductionKind.DisSimLocal;

    internal override bool IsSigned => true;

    internal override bool IsScale(ReadOnlySpan<double> scale) => scale[0] >= 0;

    private protected override double Alone => 0;

    private protected override double Scale(ReadOnlySpan<float> vector, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> distances)
    {
        double[] centroid = ArrayPool<double>.Shared.Rent(vector.Length);
        Span<double> sum = centroid.AsSpan(0, vector.Length);
        sum.Clear();
        foreach (int neighbor in neighbors)
        {
            ReadOnlySpan<float> row = Index.Row(neighbor);
            for (int d = 0; d < sum.Length; d++)
            {
                sum[d] += row[d];
            }
        }

        double square = 0;
        for (int d = 0; d < sum.Length; d++)
        {
            double difference = vector[d] - (sum[d] / neighbors.Length);
            square += difference * difference;
        }

        ArrayPool<double>.Shared.Return(centroid);
        return square;
    }

    private protected override double Rescale(double x, double y, double distance) => Square(distance) - x - y;

    private double Square(double distance) => Index.Metric == VectorMetric.Cosine ? 2 * distance : SquaredEuclidean ? distance : distance * distance;
}
