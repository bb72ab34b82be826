using System.Numerics.Tensors;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings.LongTexts;

/// <summary>Splits a long text into chunks of tokens that may overlap, and makes one vector of theirs.</summary>
public static class TokenChunks
{
    /// <summary>The chunks of a text: each but the last has <paramref name="length"/> tokens, and shares <paramref name="overlap"/> with the one before.</summary>
    /// <param name="tokens">The text's tokens, 0 or more; a text without tokens is one empty chunk.</param>
    /// <param name="length">Tokens of a chunk, at least 1.</param>
    /// <param name="overlap">Tokens that neighbours share, from 0 to <paramref name="length"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static TokenSpan[] Split(int tokens, int length, int overlap = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(overlap, length);
        int step = length - overlap;
        int count = tokens <= length ? 1 : 1 + (int)(((long)tokens - length + step - 1) / step);
        TokenSpan[] chunks = new TokenSpan[count];
        for (int i = 0; i < count; i++)
        {
            int start = i * step;
            chunks[i] = new TokenSpan(start, (int)Math.Min((long)start + length, tokens));
        }

        return chunks;
    }

    /// <summary>The mean of the chunks' vectors, each weighted by its number of tokens.</summary>
    /// <param name="vectors">One vector a chunk, row after row.</param>
    /// <param name="chunks">The chunks.</param>
    /// <param name="destination">The vector, d floats, not scaled to length 1; zeros where no chunk has a token.</param>
    /// <exception cref="ArgumentException">The number of vectors is not that of the chunks.</exception>
    public static void WeightedMean(ReadOnlySpan<float> vectors, ReadOnlySpan<TokenSpan> chunks, Span<float> destination)
    {
        if (vectors.Length != (long)chunks.Length * destination.Length)
        {
            throw new ArgumentException($"{chunks.Length} vectors of {destination.Length} values are {(long)chunks.Length * destination.Length} floats; there are {vectors.Length}.", nameof(vectors));
        }

        destination.Clear();
        long total = 0;
        for (int i = 0; i < chunks.Length; i++)
        {
            int weight = chunks[i].Length;
            if (weight > 0)
            {
                // A running mean: its errors do not add up over many chunks.
                total += weight;
                TensorPrimitives.Lerp(destination, vectors.Slice(i * destination.Length, destination.Length), (float)((double)weight / total), destination);
            }
        }
    }
}
