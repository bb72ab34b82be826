using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="NearestNeighborsTrainer"/>.</summary>
public sealed class NearestNeighborsTrainerOptions : ReferenceOptions
{
    /// <summary>The column of labels: keys, as <c>MapValueToKey</c> makes them. ML.NET's usual name.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>The column of vectors. ML.NET's usual name.</summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>How many rows vote, k; null for what cross-validation finds best, because the best number differs from data to data.</summary>
    public int? Neighbors { get; set; }

    /// <summary>The fewest rows to try as voters. 2, as in the comparisons of hubness reductions.</summary>
    public int LeastNeighbors { get; set; } = 2;

    /// <summary>The most rows to try as voters. 19, as in the comparisons of hubness reductions.</summary>
    public int MostNeighbors { get; set; } = 19;

    /// <summary>Folds of the cross-validation that k is chosen by. 10, as in the comparisons of hubness reductions.</summary>
    public int Folds { get; set; } = 10;

    /// <summary>
    /// How distances are rescaled against hubs; null for not at all, so that distances mean what they say. Local scaling is the first to try: accuracy +1.5 ± 0.6 and +0.9 ± 0.6 points on Banking77
    /// (77 intents), +2.3 ± 1.3 and +0.4 ± 1.1 on TREC (6 classes), with <c>static-en</c> and potion-base-2M; the other reductions gain less or lose on one of them, Gaussian and Gamma mutual proximity
    /// 5 to 8 points on TREC (<c>./build.sh bench hubness-components</c>, training files only).
    /// </summary>
    public HubnessReductionKind? Reduction { get; set; }

    internal NearestNeighborOptions Vote(int seed) => new() { K = Neighbors, LeastK = LeastNeighbors, MostK = MostNeighbors, Folds = Folds, Seed = seed };

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    internal NearestNeighborsTrainerOptions Checked()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(LabelColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(FeatureColumnName);
        Validate(Reduction);
        Check(Neighbors is not < 1, nameof(Neighbors), Neighbors, "1 row at least has to vote");
        Check(LeastNeighbors >= 1, nameof(LeastNeighbors), LeastNeighbors, "1 row at least has to vote");
        Check(MostNeighbors >= LeastNeighbors, nameof(MostNeighbors), MostNeighbors, $"it cannot be fewer than {nameof(LeastNeighbors)}, {LeastNeighbors}");
        Check(MostNeighbors <= 1 << 20, nameof(MostNeighbors), MostNeighbors, "choose k from 1,048,576 at most");
        Check(Folds >= 2, nameof(Folds), Folds, "cross-validation takes 2 folds at least");
        return Copied<NearestNeighborsTrainerOptions>();
    }
}
