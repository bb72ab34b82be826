using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

/// <summary>Every loss with a batch in which all of its parts have a gradient, by what the case shows.</summary>
internal static class GradientCases
{
    public static Dictionary<string, (AdapterLoss Loss, LossCase Rows)> All => new()
    {
        ["info-nce"] = (new InfoNce(0.2), Pairs()),
        ["info-nce, symmetric, negatives, exclusions"] = (new InfoNce(0.2, symmetric: true), Negatives(batch => { batch.Exclude(0, 2); batch.Exclude(1, 5); })),
        ["info-nce, labels"] = (new InfoNce(0.2), Labels(batch => (batch.Positives[0], batch.Positives[1]) = (3, 4))),
    };

    private static LossCase Pairs() => new(CosineLayout.Crossed, 5, 5, 4);

    private static LossCase Negatives(Action<CosineBatch<double>> fill) => new(CosineLayout.Crossed, 4, 12, 4) { Fill = fill };

    private static LossCase Labels(Action<CosineBatch<double>> fill) => new(CosineLayout.Self, 6, 6, 4)
    {
        Fill = batch =>
        {
            int[] labels = [0, 1, 0, 0, 1, 2];
            labels.CopyTo(batch.Labels);
            fill(batch);
        },
    };
}
