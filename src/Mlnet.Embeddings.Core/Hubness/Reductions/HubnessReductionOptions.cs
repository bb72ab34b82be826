namespace Mlnet.Embeddings.Hubness;

/// <summary>How a <see cref="HubnessReduction"/> is fitted and searched.</summary>
public sealed class HubnessReductionOptions
{
    /// <summary>The neighbours that a point's scale is taken from, k; mutual proximity has no use for it. 10, as in the papers; fewer rows than that have fewer neighbours.</summary>
    public int Neighbors { get; init; } = 10;

    /// <summary>The nearest rows by primary distance that are rescaled and ranked anew; all where there are fewer, and never fewer than are asked for. 100: hubs move down by tens of places, not by hundreds.</summary>
    public int Candidates { get; init; } = 100;

    /// <summary>
    /// Whether squared lengths are rescaled where the index has Euclidean distances. The moments that mutual proximity takes have a closed form then, where plain lengths need each pair of rows once.
    /// Off: lengths are what the index gives.
    /// </summary>
    public bool SquaredEuclidean { get; init; }

    /// <summary>Seed of the shuffle of equally near rows.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>The most threads to use; nothing depends on it. By default one a processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Neighbors, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Candidates, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
    }
}
