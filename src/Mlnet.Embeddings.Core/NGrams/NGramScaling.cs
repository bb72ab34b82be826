namespace Mlnet.Embeddings.NGrams;

/// <summary>What the sum over a text's n-grams is multiplied by.</summary>
public enum NGramScaling
{
    /// <summary>Nothing: the plain sum, in which each n-gram counts alike in every text.</summary>
    Sum,

    /// <summary>1/√N, N the number of n-grams: long texts do not outweigh short ones, where n-grams are unlike each other.</summary>
    SquareRoot,

    /// <summary>1/N: the mean.</summary>
    Mean,
}
