using Mlnet.Embeddings.NGrams;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="NGramEmbeddingEstimator"/>; a newcomer needs none of them.</summary>
public sealed class NGramEmbeddingOptions : TextModelOptions
{
    /// <summary>Lengths, minimum count and scaling of the n-grams. Words and pairs of words, all of them, added up.</summary>
    public NGramOptions NGrams { get; set; } = new();
}
