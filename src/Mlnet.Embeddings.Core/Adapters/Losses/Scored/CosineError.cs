using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>The mean squared error of cosines: the mean over scored pairs of (c − y)², with scores y on the scale of cosines.</summary>
/// <remarks>SBERT (Reimers and Gurevych, 2019), its regression objective. Where only the order of the scores is meant, <see cref="CoSent"/> is the better fit.</remarks>
public sealed class CosineError : AdapterLoss
{
    private static readonly SquaredError Error = new(1, 0);

    /// <inheritdoc/>
    public override string Name => "cosine-error";

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.ScoredPairs;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Paired;

    internal override double Evaluate<T>(CosineBatch<T> batch) => Error.Evaluate(batch);
}
