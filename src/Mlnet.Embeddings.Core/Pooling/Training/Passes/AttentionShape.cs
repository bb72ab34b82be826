namespace Mlnet.Embeddings.Pooling.Training;

/// <summary>The sizes of a trained attention block.</summary>
/// <param name="Dimensions">Values of a state, d.</param>
/// <param name="Latents">Trained vectors, r: what the states attend to, or the queries over layers.</param>
/// <param name="Heads">Heads.</param>
/// <param name="HeadWidth">Values of a head.</param>
/// <param name="Hidden">Gated values of the feed-forward layer, m.</param>
/// <param name="Layers">Hidden layers with a bias each, L; 0 for a block over tokens.</param>
internal sealed record AttentionShape(int Dimensions, int Latents, int Heads, int HeadWidth, int Hidden, int Layers = 0)
{
    /// <summary>Values of a query in all heads, n.</summary>
    public int Inner => Heads * HeadWidth;
}
