using System.Buffers;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>
/// |{j: δ_xj ≤ δ_xy} ∪ {j: δ_yj ≤ δ_xy}|/n, x and y counted (Schnitzer et al. 2012), from the candidates of both: exact where x and y are no farther from each other than from their last
/// candidates, else too small. j runs over the reference rows, and over x and y where they are none; n counts these.
/// </summary>
internal sealed class MutualProximityEmpirical(NeighborIndex index, HubnessReductionOptions options) : HubnessReduction(index, options)
{
    public override HubnessReductionKind Kind => HubnessReductionKind.MutualProximityEmpirical;

    internal override int Width => 0;

    private protected override int NeighborsForScale => Candidates;

    internal override bool KeepsLists => true;

    internal override void Rescale(ScaledPoints queries, int query, ScaledPoints targets, ReadOnlySpan<int> indices, ReadOnlySpan<float> distances, Span<double> result)
    {
        int row = queries.RowNumber(query);
        ReadOnlySpan<int> own = queries.Lists is null ? [] : queries.Lists.Indices(query);
        ReadOnlySpan<float> ownDistances = queries.Lists is null ? [] : queries.Lists.Distances(query);
        int[] rented = ArrayPool<int>.Shared.Rent(PlaceTable.Size(own.Length));
        PlaceTable places = new(own, rented);
        for (int i = 0; i < indices.Length; i++)
        {
            int target = indices[i];
            int targetRow = targets.RowNumber(target);
            int ball = Within(ownDistances, distances[i]);
            int others = places.Find(targetRow) < ball ? ball - 1 : ball;
            if (targets.Lists is { } lists)
            {
                int otherBall = Within(lists.Distances(target), distances[i]);
                foreach (int neighbor in lists.Indices(target)[..otherBall])
                {
                    others += neighbor != row && places.Find(neighbor) >= ball ? 1 : 0;
                }
            }

            bool same = row >= 0 && row == targetRow;
            int all = Index.Count + (row < 0 ? 1 : 0) + (targetRow < 0 ? 1 : 0);
            result[i] = (double)(others + (same ? 1 : 2)) / all;
        }

        ArrayPool<int>.Shared.Return(rented);
    }

    internal override bool IsScale(ReadOnlySpan<double> scale) => true;

    private protected override void WriteScales(ScaledPoints points, NeighborLists? lists, ParallelOptions parallel)
    {
    }

    // How many of rising distances are at most so long.
    private static int Within(ReadOnlySpan<float> distances, float distance)
    {
        int first = 0;
        int length = distances.Length;
        while (length > 0)
        {
            int half = length / 2;
            (first, length) = distances[first + half] <= distance ? (first + half + 1, length - half - 1) : (first, half);
        }

        return first;
    }
}
