namespace Mlnet.Embeddings.Adapters;

/// <summary>A score on held-out rows without and with an adapter.</summary>
/// <param name="Name">Which, such as <c>ndcg_at_10</c>.</param>
/// <param name="Before">The score of the embeddings as they were; NaN where they cannot be compared.</param>
/// <param name="After">The score of the adapted ones.</param>
/// <param name="Low">Lower end of the 95 % interval of After − Before, by a bootstrap over held-out rows that draws both alike; NaN where there is none.</param>
/// <param name="High">Upper end.</param>
public sealed record AdapterScore(string Name, double Before, double After, double Low, double High)
{
    /// <summary>After − Before.</summary>
    public double Difference => After - Before;
}
