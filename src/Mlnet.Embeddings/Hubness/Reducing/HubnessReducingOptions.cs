using Mlnet.Embeddings.Hubness;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="HubnessReducingEstimator"/>.</summary>
public sealed class HubnessReducingOptions : ReferenceOptions
{
    /// <summary>
    /// Steps in vector space that come first, written as for <c>TransformEmbedding</c>, such as <c>fnorm</c> or <c>center,l2</c>; null for none, because which steps help depends on the model
    /// (<c>mlnet-embed hubness --with</c> shows it) and <c>fnorm</c> before the anchors gained nothing that shows.
    /// </summary>
    public string? Chain { get; set; }

    /// <summary>
    /// How the distances to the anchors are rescaled; null for the chain alone. Mutual proximity with normal distributions: its values spread over 0 to 1 for near and far anchors alike, where those
    /// of local scaling vanish for far ones and those of counted mutual proximity beyond the candidates. Before logistic regression with C tuned it costs least on average: Banking77 −2.9 ± 0.7 and
    /// −1.1 ± 0.7 points of accuracy against the vectors as they are, of <c>static-en</c> (88.7 %) and potion-base-2M (84.2 %), TREC −1.9 ± 1.3 and +1.6 ± 1.2 (61.1 and 54.7 %); CSLS −3.5, −2.3, −0.7
    /// and +0.6, local scaling −8.5, −6.7, +1.1 and +3.6, cosines to the anchors not rescaled −2.4, −2.3, −1.4 and +0.9; the chain <c>fnorm</c> without anchors −0.2 to +0.3
    /// (<c>./build.sh bench hubness-components</c>, training files only).
    /// </summary>
    public HubnessReductionKind? Reduction { get; set; } = HubnessReductionKind.MutualProximityGaussian;

    /// <summary>How many anchors, the features that come out. 256: as many as a common small embedding has values.</summary>
    public int Anchors { get; set; } = 256;

    /// <summary>The skewness of the fitted rows' 10-occurrences below which the log warns that reducing hubness is not expected to pay; null for no measuring and no warning.</summary>
    public double? WarnBelowSkewness { get; set; } = HubnessCheck.WorthReducing;

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    internal HubnessReducingOptions Checked()
    {
        Validate(Reduction);
        Check(Reduction is not null || Chain is not null, nameof(Reduction), "null", "name a reduction or a chain of steps, or both");
        Check(Anchors >= 1, nameof(Anchors), Anchors, "1 anchor at least gives a feature");
        Check(WarnBelowSkewness is not double.NaN, nameof(WarnBelowSkewness), WarnBelowSkewness, "give a number, or null for no warning");
        return Copied<HubnessReducingOptions>();
    }
}
