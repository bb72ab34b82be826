using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Hard negatives that keep up with the training: mined for each pair with the frozen embeddings first, and anew every m steps with the adapter as it then is, because what was hard no
/// longer is.
/// </summary>
/// <remarks>
/// Dynamic hard negative mining of Conan-embedding (Li et al., 2024). Of pairs the positives of the others are searched, of judgements all documents. Immutable.
/// The negatives of held-out examples stay those of the frozen embeddings, so that validation losses can be compared.
/// </remarks>
public sealed class NegativeRemining
{
    /// <param name="everySteps">m, at least 1. 200: a search over some ten thousand rows then takes less time than the steps between.</param>
    /// <param name="miner">How negatives are chosen; copied. Null for the defaults, with the positive-aware margin of 0.95.</param>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    public NegativeRemining(int everySteps = 200, HardNegativeMinerOptions? miner = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        HardNegativeMinerOptions options = miner ?? new();
        options.Validate();
        (EverySteps, Miner) = (everySteps, options.Copied<HardNegativeMinerOptions>());
    }

    /// <summary>m.</summary>
    public int EverySteps { get; }

    /// <summary>How negatives are chosen.</summary>
    internal HardNegativeMinerOptions Miner { get; }

    /// <summary>All settings that change what is mined.</summary>
    internal string Name => LossArgument.Text(
        $"remined(every={EverySteps}, {Miner.Negatives} {Miner.PositiveRatio:R} {Miner.AbsoluteMargin:R} {Miner.FirstRank}-{Miner.LastRank} {Miner.DrawFromRanks} {Miner.RandomShare:R} {Miner.MinimumScore:R} {Miner.MaximumScore:R} {Miner.TooFew} {Miner.Seed} {Miner.ExactUpTo})");
}
