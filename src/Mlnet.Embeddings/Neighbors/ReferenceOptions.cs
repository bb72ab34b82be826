using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>How neighbours among the rows that a component is fitted on are found: settings that <c>FindNeighbors</c>, <c>ReduceHubness</c>, <c>NearestNeighbors</c> and <c>ScoreCandidates</c> share.</summary>
public abstract class ReferenceOptions
{
    private protected ReferenceOptions()
    {
    }

    /// <summary>What is measured. Cosine, which text embeddings are trained for; rescaling takes <see cref="VectorMetric.Euclidean"/> too, and no dot product.</summary>
    public VectorMetric Metric { get; set; } = VectorMetric.Cosine;

    /// <summary>The neighbours that a vector's scale is taken from. 10, as in the papers; mutual proximity has no use for it.</summary>
    public int ScaleNeighbors { get; set; } = 10;

    /// <summary>The nearest rows whose distances are rescaled and ranked anew. 100: hubs move down by tens of places, not by hundreds.</summary>
    public int Candidates { get; set; } = 100;

    /// <summary>The most rows that are searched exactly; more are by a graph, which misses a few neighbours in a hundred. Null: where <see cref="NeighborIndexOptions.ExactUpTo"/> begins.</summary>
    public int? ExactUpTo { get; set; }

    /// <summary>Seed of every draw and of the order of equally near rows. Null: that of the <c>MLContext</c>, or 42 where it has none, so that two fits are always alike.</summary>
    public int? Seed { get; set; }

    // What draws wants seeds that are not negative.
    internal int SeedIn(IHostEnvironment environment) => (Seed ?? MlnetAccess.SeedOf(environment) ?? 42) & int.MaxValue;

    internal NeighborIndexOptions Index(int seed)
    {
        NeighborIndexOptions options = new() { Metric = Metric, TieSeed = seed, Seed = seed };
        options.ExactUpTo = ExactUpTo ?? options.ExactUpTo;
        return options;
    }

    internal HubnessReductionOptions Scaling(int seed) => new() { Neighbors = ScaleNeighbors, Candidates = Candidates, Seed = seed };

    /// <exception cref="ArgumentException">A setting is out of its range, or the reduction does not suit the metric.</exception>
    internal void Validate(HubnessReductionKind? reduction)
    {
        Check(Enum.IsDefined(Metric), nameof(Metric), Metric, "use the values that have a name");
        Check(reduction is null || Enum.IsDefined(reduction.Value), "Reduction", reduction, "use the values that have a name");
        Check(ScaleNeighbors >= 1, nameof(ScaleNeighbors), ScaleNeighbors, "a scale is taken from 1 neighbour at least");
        Check(Candidates >= 1, nameof(Candidates), Candidates, "1 at least has to be rescaled");
        Check(ExactUpTo is not < 0, nameof(ExactUpTo), ExactUpTo, "no rows are fewer than 0");
        Check(reduction is null || Metric != VectorMetric.Dot, nameof(Metric), Metric, $"a dot product is no distance that {reduction} could rescale; take the cosine or the Euclidean distance");
    }

    private protected static void Check(bool isGood, string name, object? value, string what)
    {
        if (!isGood)
        {
            throw new ArgumentException($"{name} is {value}; {what}.", name);
        }
    }

    private protected T Copied<T>()
        where T : ReferenceOptions => (T)MemberwiseClone();
}
