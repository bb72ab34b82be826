using Mlnet.Embeddings.Diagnostics;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Adapters;

/// <summary>Collects scores of held-out units, with their intervals, to a report.</summary>
internal sealed class ReportBuilder(string task, int heldOut, AdapterReportOptions options, CancellationToken cancellationToken)
{
    // As hubness is usually measured, and the fewest rows whose lists leave anyone out.
    private const int Neighbors = 10;
    private const int FewestRows = 3;

    private readonly List<AdapterScore> _scores = [];

    /// <summary>Adds a score that is the mean of a value for each unit.</summary>
    public void AddMeans(string name, double[] before, double[] after)
    {
        double[] differences = [.. after.Zip(before, (a, b) => a - b)];
        (double low, double high) = Bootstrap.MeanInterval(differences, options.Resamples, options.Seed, cancellationToken);
        _scores.Add(new(name, before.Average(), after.Average(), low, high));
    }

    /// <summary>Adds a correlation with what people said.</summary>
    public void AddSpearman(string name, double[] gold, double[] before, double[] after)
    {
        if (gold.Length < 2)
        {
            _scores.Add(new(name, double.NaN, double.NaN, double.NaN, double.NaN));
            return;
        }

        // Equal similarities of all pairs have no correlation with anything: that is no order, 0.
        Func<int[], double> was = Bootstrap.Spearman(before, gold), now = Bootstrap.Spearman(after, gold);
        (double low, double high) = double.IsNaN(before[0])
            ? (double.NaN, double.NaN)
            : Bootstrap.Interval(gold.Length, options.Resamples, options.Seed, counts => OrNone(now(counts)) - OrNone(was(counts)), cancellationToken);
        int[] once = [.. Enumerable.Repeat(1, gold.Length)];
        _scores.Add(new(name, double.IsNaN(before[0]) ? double.NaN : OrNone(was(once)), OrNone(now(once)), low, high));
    }

    public AdapterReport Build(EmbeddingMatrix before, EmbeddingMatrix after) => new() { Task = task, HeldOut = heldOut, Scores = _scores, Before = Describe(before), After = Describe(after) };

    private static double OrNone(double correlation) => double.IsNaN(correlation) ? 0 : correlation;

    private AdapterSpace? Describe(EmbeddingMatrix rows)
    {
        int[] present = [.. Enumerable.Range(0, rows.Rows).Where(i => rows.Row(i).ContainsAnyExcept(0f))];
        if (present.Length < FewestRows)
        {
            return null;
        }

        int k = Math.Min(Neighbors, rows.Rows - 1);
        NeighborIndex index = NeighborIndex.Build(rows, new() { Threads = options.Threads }, cancellationToken);
        HubnessMeasures hubness = HubnessMeasures.Of(KOccurrence.Of(index, k, options.Threads, cancellationToken), k);

        // At length 1, as a cosine sees them: adapters scale to it, and the difference would be that of the lengths.
        EmbeddingDescription description = EmbeddingDescription.Of([UnitRows.Of(rows)], new() { Threads = options.Threads }, cancellationToken);
        return new(rows.Rows, k, hubness.Skewness, description.MeanCosine, description.IsoScore, description.EffectiveRank);
    }
}
