using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

/// <summary>Every loss with its textbook twin and a batch in which all of its parts have a gradient and none is at a kink.</summary>
internal static class GradientCases
{
    private static readonly int[] Classes = [0, 1, 0, 0, 1, 2, 2, 3];

    public static Dictionary<string, (AdapterLoss Loss, TextbookLosses.Loss Textbook, LossCase Rows)> All => new()
    {
        ["info-nce, pairs"] = (new InfoNce(0.2), TextbookLosses.InfoNce(0.2), Pairs()),
        ["info-nce, symmetric, negatives, exclusions"] = (new InfoNce(0.2, symmetric: true), TextbookLosses.InfoNce(0.2, symmetric: true), Negatives(Exclusions)),
        ["info-nce, labels"] = (new InfoNce(0.2), TextbookLosses.InfoNce(0.2), Labels(SomePositives)),
        ["nt-xent"] = (new NtXent(0.3), TextbookLosses.InfoNce(0.3), Views(batch => batch.ExcludePairs(1, 3))),
        ["focal"] = (new FocalInfoNce(0.7, 0.3), TextbookLosses.Focal(0.7, 0.3), Negatives(Exclusions)),
        ["focal, symmetric"] = (new FocalInfoNce(2, 0.3, symmetric: true), TextbookLosses.Focal(2, 0.3, symmetric: true), Pairs()),
        ["hardness-weighted"] = (new HardnessWeighted(3, 0.3), TextbookLosses.Hardness(3, 0.3), Negatives(Exclusions)),
        ["hardness-weighted, symmetric"] = (new HardnessWeighted(3, 0.3, symmetric: true), TextbookLosses.Hardness(3, 0.3, symmetric: true), Pairs()),
        ["gaussian-decayed"] = (new GaussianDecayed(0.02, 0.3), TextbookLosses.Gaussian(0.02, 0.3), Negatives(Exclusions)),
        ["contrastive-penalty"] = (new ContrastivePenalty(0.3, 0.2), TextbookLosses.Penalty(0.3, 0.2), Negatives(Exclusions)),
        ["energy-hinge, pairs"] = (new EnergyHinge(0.8), TextbookLosses.Hinge(0.8), Pairs()),
        ["energy-hinge, labels"] = (new EnergyHinge(0.8), TextbookLosses.Hinge(0.8), Labels(SomePositives)),
        ["triplet"] = (new Triplet(0.5), TextbookLosses.Triplet(0.5), Negatives(Exclusions)),
        ["contrastive-margin"] = (new ContrastiveMargin(0.9), TextbookLosses.ContrastiveMargin(0.9), Scored(1, 0, 1, 0, 0.3, 0)),
        ["cosine-error"] = (new CosineError(), TextbookLosses.SquaredError(1, 0), Scored(0.9, -0.2, 0.4, 0.5, 0, 1)),
        ["score-distillation"] = (new ScoreDistillation(5, 0.5), TextbookLosses.SquaredError(5, 0.5), Scored(4, 1, 3.5, 0, 2, 5)),
        ["cosent"] = (new CoSent(5), TextbookLosses.CoSent(5), Scored(4, 1, 4, 0, 2, 2)),
        ["soft-label-distillation"] = (new SoftLabelDistillation(0.3, 2), TextbookLosses.SoftLabels(0.3, 2), Negatives(OwnScores)),
        ["supervised-contrastive"] = (new SupervisedContrastive(0.3), TextbookLosses.Supervised(0.3), Labels(_ => { })),
        ["supervised-contrastive, mixed"] = (new SupervisedContrastive(0.3), TextbookLosses.Supervised(0.3), Labels(Mixture)),
        ["class-aware-contrastive"] = (new ClassAwareContrastive(0.3), TextbookLosses.Supervised(0.3, balanced: true), Labels(_ => { })),
        ["matryoshka"] = (new Matryoshka(new InfoNce(0.2), 2, 3), Prefixes(0.2, 2, 3, 4), Pairs()),
        ["sum"] = (new SumOfLosses((1, new NtXent(0.3)), (0.5, new EnergyHinge(0.8))), Sum(TextbookLosses.InfoNce(0.3), 0.5, TextbookLosses.Hinge(0.8)), Views(_ => { })),
        ["sum with a teacher's soft labels"] = (
            new SumOfLosses((1, new InfoNce(0.2)), (0.5, new SoftLabelDistillation(0.3, 2))), Sum(TextbookLosses.InfoNce(0.2), 0.5, TextbookLosses.SoftLabels(0.3, 2)), Negatives(OwnScores)),
        ["sum over prefixes"] = (
            new SumOfLosses((1, new Matryoshka(new InfoNce(0.2), 2)), (2, new Triplet(0.5))), Sum(Prefixes(0.2, 2, 4), 2, TextbookLosses.Triplet(0.5)), Negatives(_ => { })),
        ["matryoshka of a sum"] = (
            new Matryoshka(new SumOfLosses((1, new InfoNce(0.2)), (2, new InfoNce(0.2))), 2), (now, frozen) => 3 * Prefixes(0.2, 2, 4)(now, frozen), Pairs()),
    };

    private static LossCase Pairs() => new(CosineLayout.Crossed, 5, 5, 4);

    private static LossCase Views(Action<CosineBatch<double>> fill) => new(CosineLayout.Views, 4, 4, 4, fill);

    private static LossCase Negatives(Action<CosineBatch<double>> fill) => new(CosineLayout.Crossed, 4, 12, 4, fill);

    private static LossCase Labels(Action<CosineBatch<double>> fill) => new(CosineLayout.Self, Classes.Length, Classes.Length, 4, batch =>
    {
        Classes.CopyTo(batch.Labels);
        fill(batch);
    });

    private static LossCase Scored(params double[] scores) => new(CosineLayout.Paired, scores.Length, scores.Length, 4, batch =>
    {
        batch.ResetScores();
        scores.CopyTo(batch.Scores);
    });

    private static void Exclusions(CosineBatch<double> batch)
    {
        batch.Exclude(0, 2);
        batch.Exclude(1, 6);
        batch.Exclude(2, 2);
        batch.Exclude(3, 5);
    }

    private static void SomePositives(CosineBatch<double> batch) => (batch.Positives[0], batch.Positives[1], batch.Positives[5]) = (3, 4, 6);

    // The positive and both of its own negatives have a score, but for anchor 2, whose one score says nothing.
    private static void OwnScores(CosineBatch<double> batch)
    {
        batch.ResetScores();
        for (int i = 0; i < 4; i++)
        {
            batch.Scores[(i * 12) + i] = 3 + i;
            for (int k = 0; k < 2 && i != 2; k++)
            {
                batch.Scores[(i * 12) + 4 + (2 * i) + k] = i - k;
            }
        }
    }

    private static void Mixture(CosineBatch<double> batch)
    {
        batch.ResetMixture();
        for (int i = 0; i < Classes.Length; i++)
        {
            (batch.SecondLabels[i], batch.LabelShares[i]) = (Classes[(i + 3) % Classes.Length], 0.6 + (0.05 * i));
        }
    }

    private static TextbookLosses.Loss Sum(TextbookLosses.Loss first, double weight, TextbookLosses.Loss second) => (now, frozen) => first(now, frozen) + (weight * second(now, frozen));

    private static TextbookLosses.Loss Prefixes(double temperature, params int[] widths) => (now, _) => widths.Average(width => Enumerable.Range(0, now.AnchorCount).Average(i
        => Math.Log(Enumerable.Range(0, now.CandidateCount).Sum(j => Math.Exp(now.Cosine(i, j, width) / temperature))) - (now.Cosine(i, i, width) / temperature)));
}
