using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Ranks candidates by secondary distance.</summary>
internal static class SecondaryRanking
{
    private const int QueryBlock = 64;

    /// <summary>The nearest of each query's candidates; equally near ones come in an order that is shuffled for each query anew.</summary>
    public static NeighborLists Of(HubnessReduction reduction, ScaledPoints queries, NeighborLists candidates, int count, ParallelOptions parallel)
    {
        NeighborLists result = new(candidates.Queries, count);
        int blocks = (candidates.Queries + QueryBlock - 1) / QueryBlock;
        Parallel.For(0, blocks, parallel, block =>
        {
            double[] distances = new double[candidates.Count];
            Candidate[] ranked = new Candidate[candidates.Count];
            int end = Math.Min(candidates.Queries, (block + 1) * QueryBlock);
            for (int query = block * QueryBlock; query < end; query++)
            {
                reduction.Rescale(queries, query, reduction.Rows, candidates.Indices(query), candidates.Distances(query), distances);
                TieOrder ties = queries.AreRows ? TieOrder.OfRow(reduction.Seed, query) : TieOrder.OfVector(reduction.Seed, queries.Vector(query));
                Rank(candidates.Indices(query), distances, ranked, ties);
                for (int i = 0; i < count; i++)
                {
                    result.WritableIndices(query)[i] = ranked[i].Row;
                    result.WritableDistances(query)[i] = (float)ranked[i].Distance;
                }
            }
        });
        return result;
    }

    private static void Rank(ReadOnlySpan<int> rows, double[] distances, Candidate[] ranked, TieOrder ties)
    {
        for (int i = 0; i < ranked.Length; i++)
        {
            ranked[i] = new(distances[i], rows[i]);
        }

        ranked.AsSpan().Sort(new NearestFirst(ties));
    }

    private readonly record struct Candidate(double Distance, int Row);

    private readonly struct NearestFirst(TieOrder ties) : IComparer<Candidate>
    {
        public int Compare(Candidate x, Candidate y) =>
            x.Distance != y.Distance ? x.Distance.CompareTo(y.Distance) : x.Row == y.Row ? 0 : ties.IsFirst(x.Row, y.Row) ? -1 : 1;
    }
}
