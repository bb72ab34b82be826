namespace Mlnet.Embeddings.Pooling;

/// <summary>What a trained pooling is before it is trained.</summary>
public enum PoolingStart
{
    /// <summary>The mean of the tokens' states: what the layer adds to its residuals starts as zero.</summary>
    Mean,

    /// <summary>As the authors' module starts, all matrices drawn at random: for many examples, or an encoder whose mean means little.</summary>
    Random,
}
