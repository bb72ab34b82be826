using System.Numerics;

namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>What <see cref="SoftmaxTerm"/> takes the softmax of. Whatever is added to a cosine counts as a constant: the derivative of a logit is 1/τ.</summary>
internal interface ICosineLogits
{
    /// <summary>Turns the cosines of an anchor into logits.</summary>
    /// <param name="row">The cosines, then the logits.</param>
    /// <param name="scale">1/τ.</param>
    void Fill<T>(LogitRow<T> row, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>What an anchor counts, a constant too, where its positive has this share of the softmax.</summary>
    T Weight<T>(T share)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
