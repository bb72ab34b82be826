namespace Mlnet.Embeddings.Transforms;

/// <summary>What a value must exceed for its bit to be 1.</summary>
/// <remarks>
/// Measured (<c>./build.sh bench transforms</c>, the bundled model and potion-base-2M), bits cost 2.2 and 6.2 points on STS-B dev by zero, 1.1 and 5.6 by the mean; in classification with 8 rows a
/// label 6.6 and 13.8, 5.5 and 11.2; of nearest neighbours 5.2 and 12.5, 3.6 and 7.7. A mean of texts of another kind can be worse than zero: STS-B dev loses 2.1 and 8.9 with Banking77's.
/// </remarks>
public enum BinaryThreshold
{
    /// <summary>0, as sentence-transformers does; nothing is fitted.</summary>
    Zero,

    /// <summary>The dimension's mean over the fitted rows, so that bits tell something where a model's vectors share a direction.</summary>
    Mean,
}
