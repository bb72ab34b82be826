using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Pooling;

/// <summary>
/// The mean over each of several spans of tokens, one vector a span: late chunking, where a long text is encoded once and its parts are pooled
/// with the whole in view (Günther et al. 2024), and vectors of sentences or propositions (Sub-Sentence Encoder, Chen et al. 2024).
/// </summary>
public static class SpanPooling
{
    /// <summary>Pools each span; tokens that a mask leaves out are skipped, and a span without a token gives zeros.</summary>
    /// <param name="states">The tokens' states, T×d.</param>
    /// <param name="spans">s spans inside 0..T; they may overlap.</param>
    /// <param name="destination">s·d floats, span after span; every one is overwritten.</param>
    /// <exception cref="ArgumentException">A span reaches outside the tokens (the message names it), or the destination has another length.</exception>
    public static void Pool(scoped in TokenStates states, ReadOnlySpan<TokenSpan> spans, Span<float> destination)
    {
        if ((long)spans.Length * states.Dimensions != destination.Length)
        {
            throw new ArgumentException($"{spans.Length} spans of {states.Dimensions} dimensions give {(long)spans.Length * states.Dimensions} floats; the destination has {destination.Length}.", nameof(destination));
        }

        for (int i = 0; i < spans.Length; i++)
        {
            TokenSpan span = spans[i];
            if (span.Start < 0 || span.End < span.Start || span.End > states.Count)
            {
                throw new ArgumentException($"Span {i}, tokens {span.Start} to {span.End}, is not inside the text's {states.Count} tokens.", nameof(spans));
            }

            Span<float> vector = destination.Slice(i * states.Dimensions, states.Dimensions);
            int count = MeanPooling.Sum(in states, span, vector);
            if (count > 0)
            {
                TensorPrimitives.Divide(vector, count, vector);
            }
        }
    }
}
