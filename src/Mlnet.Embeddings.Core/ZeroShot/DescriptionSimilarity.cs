namespace Mlnet.Embeddings.ZeroShot;

/// <summary>What counts where a label has several descriptions.</summary>
public enum DescriptionSimilarity
{
    /// <summary>The cosine with the mean of the descriptions' unit vectors.</summary>
    Mean,

    /// <summary>The largest of the cosines with each description: for labels that stand for several different things.</summary>
    Best,
}
