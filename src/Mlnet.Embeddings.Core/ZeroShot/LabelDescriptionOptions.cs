namespace Mlnet.Embeddings.ZeroShot;

/// <summary>How texts are compared with the descriptions of labels.</summary>
public sealed class LabelDescriptionOptions
{
    /// <summary>What counts where a label has several descriptions. Their mean, as in Lbl2Vec: what single words have beside the matter cancels out.</summary>
    public DescriptionSimilarity Similarity { get; set; }

    /// <summary>
    /// What cosines are divided by before the softmax, T; smaller is surer. 0.07: the log loss of zero-shot probabilities with the bundled model is least there on Banking77 and 20 Newsgroups, and by 0.02
    /// above its least on TREC and tickets (<c>./build.sh bench zero-shot</c>, as all figures here). Which label comes first does not depend on it.
    /// </summary>
    public double Temperature { get; set; } = 0.07;

    internal void Validate()
    {
        if (!Enum.IsDefined(Similarity))
        {
            throw new ArgumentOutOfRangeException(nameof(Similarity), Similarity, "Take Mean or Best.");
        }

        // Below, the quotients leave single precision.
        if (!(Temperature >= 1e-6) || !double.IsFinite(Temperature))
        {
            throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "The temperature is a number of at least 1e-6.");
        }
    }
}
