namespace Mlnet.Embeddings.Neighbors;

/// <summary>The votes of neighbours for classes as they come in, nearest first: each weighs 1/distance (Dudani, 1976).</summary>
internal ref struct NeighborVotes(Span<double> votes, double shift)
{
    // A distance of 0 would outweigh all others infinitely.
    private const double LeastDistance = 1e-12;

    private readonly Span<double> _votes = votes;

    /// <summary>The class with the most votes, of equals the first; −1 before the first vote.</summary>
    public int Leader { get; private set; } = -1;

    public double Total { get; private set; }

    public void Add(int label, double distance)
    {
        double weight = 1 / Math.Max(distance + shift, LeastDistance);
        _votes[label] += weight;
        Total += weight;
        if (Leader < 0 || _votes[label] > _votes[Leader] || (_votes[label] == _votes[Leader] && label < Leader))
        {
            Leader = label;
        }
    }
}
