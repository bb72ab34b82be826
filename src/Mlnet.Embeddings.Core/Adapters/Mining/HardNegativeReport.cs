using System.Globalization;

namespace Mlnet.Embeddings.Adapters;

/// <summary>What mining found.</summary>
/// <param name="Pairs">Pairs that negatives were mined for, n.</param>
/// <param name="Candidates">Different vectors that could be a negative.</param>
/// <param name="Dropped">Pairs that got no negatives, because fewer than were asked for could be had.</param>
/// <param name="Mined">Negatives taken from the ranks.</param>
/// <param name="Random">Negatives drawn at random because a share of them was to be.</param>
/// <param name="Filled">Negatives drawn at random in place of mined ones that could not be had.</param>
/// <param name="TooNear">Candidates within the ranks that were passed over because the margin, or the greatest score, forbids them.</param>
/// <param name="MeanPositiveScore">The mean cosine of a pair; NaN where there is none.</param>
/// <param name="MeanNegativeScore">The mean cosine of an anchor and a negative of it; NaN where there is none.</param>
public sealed record HardNegativeReport(int Pairs, int Candidates, int Dropped, long Mined, long Random, long Filled, long TooNear, double MeanPositiveScore, double MeanNegativeScore)
{
    /// <summary>The report as a sentence or two.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Mined + Random + Filled} negatives for {Pairs - Dropped} of {Pairs} pairs among {Candidates} candidates: {Mined} mined, {Random} drawn at random as asked, {Filled} drawn to fill up; {Dropped} pairs dropped. "
        + $"{TooNear} candidates were too near to be safe. Mean cosine of pairs {MeanPositiveScore:0.000}, of negatives {MeanNegativeScore:0.000}.");
}
