using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Training;

/// <summary>Every architecture with every loss, and small data that fit both.</summary>
internal static class AdapterCombinations
{
    public static readonly Dictionary<string, AdapterArchitecture> Architectures = new()
    {
        ["linear"] = new LinearArchitecture(),
        ["linear to fewer dimensions"] = new LinearArchitecture(4),
        ["low-rank"] = new LowRankArchitecture(2),
        ["bottleneck"] = new BottleneckArchitecture(3, AdapterActivation.Tanh),
        ["mlp"] = new MlpArchitecture([4], AdapterActivation.Gelu, 4),
        ["two-tower"] = new TwoTowerArchitecture(new LowRankArchitecture(2), new BottleneckArchitecture(2)),
    };

    public static readonly string[] Losses =
    [
        "info-nce(temperature=0.3)", "info-nce(temperature=0.3, symmetric=true)", "nt-xent(temperature=0.3)", "focal(gamma=0.7, temperature=0.3)", "hardness-weighted(alpha=3, temperature=0.3)",
        "gaussian-decayed(sigma=0.3, temperature=0.3)", "contrastive-penalty(weight=0.3, temperature=0.3)", "energy-hinge(margin=0.7)", "triplet(margin=0.9)", "cosent(scale=5)", "cosine-error",
        "contrastive-margin(margin=1.3)", "score-distillation(scale=2, offset=0.1)", "soft-label-distillation(temperature=0.3, teacher-temperature=2)", "supervised-contrastive(temperature=0.3)",
        "class-aware-contrastive(temperature=0.3)", "sum(info-nce(temperature=0.3), soft-label-distillation(temperature=0.3))", "matryoshka(info-nce(temperature=0.3), 2)", "sum(nt-xent(temperature=0.3), 0.5*energy-hinge(margin=0.7))",
    ];

    /// <summary>All pairs that can be trained: rows with a class have no second tower.</summary>
    public static IEnumerable<(string Architecture, string Loss)> All =>
        from architecture in Architectures.Keys
        from loss in Losses
        where architecture != "two-tower" || RowsOf(AdapterLossCatalog.Parse(loss)) != AdapterLossRows.Labels
        select (architecture, loss);

    /// <summary>The kind of rows that a loss is trained on here.</summary>
    public static AdapterLossRows RowsOf(AdapterLoss loss) => loss.Name.Contains("soft-label", StringComparison.Ordinal) ? AdapterLossRows.ScoredCandidates : loss.Rows.HasFlag(AdapterLossRows.Negatives) ? AdapterLossRows.Negatives : loss.Rows.HasFlag(AdapterLossRows.Pairs) ? AdapterLossRows.Pairs : loss.Rows;

    /// <summary>Seeded examples of one kind.</summary>
    public static AdapterTrainingData Data(AdapterLossRows rows, int count, int dimensions)
    {
        EmbeddingMatrix anchors = PlantedData.Normal(count, dimensions, 1), positives = PlantedData.Normal(count, dimensions, 2), negatives = PlantedData.Normal(2 * count, dimensions, 3);
        float[] scores = [.. PlantedData.Normal(3 * count, 1, 4).Values];
        return rows switch
        {
            AdapterLossRows.Labels => AdapterTrainingData.FromLabels(anchors, [.. Enumerable.Range(0, count).Select(i => i * i % 3)]),
            AdapterLossRows.ScoredPairs => AdapterTrainingData.FromPairs(anchors, positives, [.. scores.Take(count).Select(score => Math.Clamp(score, 0, 1))]),
            AdapterLossRows.Negatives => AdapterTrainingData.FromTriplets(anchors, positives, negatives),
            AdapterLossRows.ScoredCandidates => AdapterTrainingData.FromTriplets(anchors, positives, negatives, teacherScores: scores),
            _ => AdapterTrainingData.FromPairs(anchors, positives),
        };
    }
}
