namespace Mlnet.Embeddings.Clustering;

/// <summary>Two rows that hang together from a distance on: the mutual reachability max(core(a), core(b), δ(a,b)).</summary>
internal readonly record struct DensityEdge(double Distance, int First, int Second) : IComparable<DensityEdge>
{
    /// <summary>By distance, then by row, so that the order of equal ones is the same in every run.</summary>
    public int CompareTo(DensityEdge other) =>
        Distance != other.Distance ? Distance.CompareTo(other.Distance)
        : First != other.First ? First.CompareTo(other.First)
        : Second.CompareTo(other.Second);
}
