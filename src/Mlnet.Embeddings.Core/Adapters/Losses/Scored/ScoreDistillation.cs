using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Adapters;

/// <summary>
/// Regression on a teacher's scores of pairs: the mean of (a c + b − t)², where t is what a teacher that sees both texts at once (a cross-encoder, a language model) says of the pair,
/// and a and b bring cosines to the scale of its scores.
/// </summary>
/// <remarks>Distilled Sentence Embedding, DSE (Barkan et al., 2020).</remarks>
public sealed class ScoreDistillation : AdapterLoss
{
    private readonly SquaredError _error;

    /// <param name="scale">a &gt; 0. 1, for a teacher whose scores are cosines; 5 with an offset of 0 for grades from 0 to 5.</param>
    /// <param name="offset">b. 0, as unrelated texts score 0 by most teachers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public ScoreDistillation(double scale = 1, double offset = 0)
    {
        Scale = LossArgument.Positive(scale, 1);
        Offset = LossArgument.Between(offset, double.MinValue, double.MaxValue, 0);
        _error = new(Scale, Offset);
    }

    /// <summary>a.</summary>
    public double Scale { get; }

    /// <summary>b.</summary>
    public double Offset { get; }

    /// <inheritdoc/>
    public override string Name => LossArgument.Text($"score-distillation(scale={Scale}, offset={Offset})");

    /// <inheritdoc/>
    public override AdapterLossRows Rows => AdapterLossRows.ScoredPairs;

    internal override CosineLayout LayoutOf(AdapterLossRows rows) => CosineLayout.Paired;

    internal override double Evaluate<T>(CosineBatch<T> batch) => _error.Evaluate(batch);
}
