namespace Mlnet.Embeddings.Adapters;

/// <summary>How <see cref="HardNegativeMiner"/> chooses negatives.</summary>
public class HardNegativeMinerOptions
{
    /// <summary>Negatives of each anchor, k. 3, as sentence-transformers mines them: the first few are the hard ones, and each costs a product with every anchor of a batch.</summary>
    public int Negatives { get; set; } = 3;

    /// <summary>
    /// r: a negative's cosine must lie below s − (1 − r)·|s|, with s the cosine of the anchor and its positive. 0.95, the best of NV-Retriever's comparison (Moreira et al. 2024, "TopK-PercPos"):
    /// what is nearer than that is likely to be a positive that nobody has marked. Null for no such bound.
    /// </summary>
    public double? PositiveRatio { get; set; } = 0.95;

    /// <summary>A negative's cosine must lie below s by at least this much. Null for no such bound, because a difference of cosines means another thing with every model.</summary>
    public double? AbsoluteMargin { get; set; }

    /// <summary>The first rank to take negatives from, from 1, in the order of nearness to the anchor, its own positives not counted. 1; higher ones pass over candidates that are right answers too.</summary>
    public int FirstRank { get; set; } = 1;

    /// <summary>The last rank to take negatives from. 100: with the margin on, those farther down are hardly harder than a random one.</summary>
    public int LastRank { get; set; } = 100;

    /// <summary>Whether negatives are drawn at random from those ranks, in place of the nearest of them. Off, because the nearest teach most where the margin keeps false ones out.</summary>
    public bool DrawFromRanks { get; set; }

    /// <summary>The share of negatives, 0 to 1, that is drawn at random from all candidates in place of mined. 0; some keep a model from forgetting what is plainly different.</summary>
    public double RandomShare { get; set; }

    /// <summary>The least cosine of a mined negative; null for none, because ranks bound it already. Random ones may lie below.</summary>
    public double? MinimumScore { get; set; }

    /// <summary>A negative's cosine must lie below this; null for none, because the margin bounds it already.</summary>
    public double? MaximumScore { get; set; }

    /// <summary>What becomes of an anchor with too few negatives. Filled up at random, so that no pair is lost.</summary>
    public TooFewNegatives TooFew { get; set; } = TooFewNegatives.FillRandomly;

    /// <summary>Seed of all draws. Null: 42, or, in a pipeline, the seed of the <c>MLContext</c> where it has one.</summary>
    public int? Seed { get; set; }

    /// <summary>The most candidates that are searched exactly; more are by a graph, which misses a few neighbours in a hundred. 100,000, where a graph begins to be faster.</summary>
    public int ExactUpTo { get; set; } = 100_000;

    /// <summary>The most threads to use; the result does not depend on it. Null for one a processor.</summary>
    public int? Threads { get; set; }

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    internal void Validate()
    {
        Check(Negatives is >= 1 and <= 1 << 16, nameof(Negatives), Negatives, "ask for 1 to 65,536");
        Check(PositiveRatio is null or (> 0 and <= 1), nameof(PositiveRatio), PositiveRatio, "it is a share of the positive's cosine, above 0 and 1 at most");
        Check(AbsoluteMargin is null or (>= 0 and <= 2), nameof(AbsoluteMargin), AbsoluteMargin, "cosines differ by 0 to 2");
        Check(FirstRank >= 1, nameof(FirstRank), FirstRank, "ranks begin at 1");
        Check(LastRank >= FirstRank && LastRank <= 1 << 20, nameof(LastRank), LastRank, $"it lies between {nameof(FirstRank)}, {FirstRank}, and 1,048,576");
        Check(RandomShare is >= 0 and <= 1, nameof(RandomShare), RandomShare, "a share lies between 0 and 1");
        Check(MinimumScore is null or (>= -1 and <= 1), nameof(MinimumScore), MinimumScore, "cosines lie between -1 and 1");
        Check(MaximumScore is null or (>= -1 and <= 1), nameof(MaximumScore), MaximumScore, "cosines lie between -1 and 1");
        Check(MinimumScore is null || MaximumScore is null || MinimumScore < MaximumScore, nameof(MinimumScore), MinimumScore, $"it lies below {nameof(MaximumScore)}, {MaximumScore}");
        Check(Enum.IsDefined(TooFew), nameof(TooFew), TooFew, "use the values that have a name");
        Check(ExactUpTo >= 0, nameof(ExactUpTo), ExactUpTo, "no candidates are fewer than 0");
        Check(Threads is null or >= 1, nameof(Threads), Threads, "use 1 at least");
    }

    private protected static void Check(bool isGood, string name, object? value, string what)
    {
        if (!isGood)
        {
            throw new ArgumentException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} is {value}; {what}."), name);
        }
    }

    internal T Copied<T>()
        where T : HardNegativeMinerOptions => (T)MemberwiseClone();
}
