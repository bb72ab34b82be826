namespace Mlnet.Embeddings.Pooling;

/// <summary>What <see cref="LayerPooling"/> makes of the vectors of several layers.</summary>
public enum LayerCombination
{
    /// <summary>Their mean, of d values.</summary>
    Mean,

    /// <summary>One after the other.</summary>
    Concatenate,
}
