namespace Mlnet.Embeddings.Transforms;

/// <summary>Options of <see cref="AnchorSimilarity"/> where anchors are chosen among the fitted rows.</summary>
/// <remarks>Figures are those of <c>./build.sh bench transforms</c> (tests/Mlnet.Embeddings.Benchmarks), with the bundled model and potion-base-2M. Centring before gains another 0.4 and 1.4 points on STS-B dev.</remarks>
public sealed class AnchorOptions
{
    /// <summary>Number of anchors, the dimensions that come out. 128: twice as many as 64 gain 2.1 and 1.1 points on STS-B dev and 3.3 and 1.5 on Banking77 with 8
    /// rows a label, 256 another 0.9 and 0.2, 1.2 and 0.3.</summary>
    public int Anchors { get; init; } = 128;

    /// <summary>How they are chosen. By farthest points: 128 of them keep STS-B dev at 77.5 and 78.7, of 81.1 for the vectors themselves, where k-means' centroids, which are
    /// like each other, keep it at 67.0 and 68.3, and random rows at 71.2 and 71.4; with 8 rows a label classification is 67.9 and 64.6, after
    /// centroids 68.0 and 63.6.</summary>
    public AnchorChoice Choice { get; init; } = AnchorChoice.FarthestPoint;

    /// <summary>The most rows to choose among; of more a random sample. 20,000, some tens of megabytes.</summary>
    public int Sample { get; init; } = 20_000;

    /// <summary>Seed of every draw.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>The most threads to use; the anchors do not depend on it. By default one a processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Anchors, 1);
        if (Sample < Anchors)
        {
            throw new ArgumentOutOfRangeException(nameof(Sample), Sample, $"{Anchors} anchors are chosen among so many rows at least.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(Seed);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        if (!Enum.IsDefined(Choice))
        {
            throw new ArgumentOutOfRangeException(nameof(Choice), Choice, "There is no such choice of anchors.");
        }
    }
}
