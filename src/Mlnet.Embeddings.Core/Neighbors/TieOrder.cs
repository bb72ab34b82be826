namespace Mlnet.Embeddings.Neighbors;

/// <summary>
/// Which of two equally near rows comes first: by a seeded shuffle of its own for each query, or by row number. One shuffle for all queries would only choose another row to be the
/// hub of rows that are all alike.
/// </summary>
internal readonly struct TieOrder
{
    private readonly ulong _state;
    private readonly bool _shuffles;

    private TieOrder(ulong state) => (_state, _shuffles) = (state, true);

    /// <summary>The order for a query that is row <paramref name="row"/> itself; row order without a seed.</summary>
    public static TieOrder OfRow(int? seed, int row) => seed is int given ? new(VectorHash.Mix(((ulong)(uint)given << 32) | (uint)row)) : default;

    /// <summary>The order for any query: the same vector always gets the same one.</summary>
    public static TieOrder OfVector(int? seed, ReadOnlySpan<float> vector) => seed is int given ? new(VectorHash.Of(vector, ~(ulong)(uint)given)) : default;

    /// <summary>Whether <paramref name="row"/> comes before <paramref name="other"/>.</summary>
    public bool IsFirst(int row, int other)
    {
        if (_shuffles)
        {
            ulong key = VectorHash.Mix(_state + (uint)row);
            ulong otherKey = VectorHash.Mix(_state + (uint)other);
            if (key != otherKey)
            {
                return key < otherKey;
            }
        }

        return row < other;
    }
}
