using System.Buffers;
using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Pooling;

/// <summary>The mean of the tokens' states: Σ m_t h_t / max(Σ m_t, 1e-9) (Sentence-BERT, Reimers and Gurevych 2019).</summary>
public sealed class MeanPooling : TokenPooling
{
    // One sum over thousands of tokens loses more digits than float32 has to spare (2e-5 at 2,000 equal tokens); a sum of sums does not.
    private const int BlockTokens = 64;

    private const int OnStack = 1024;

    /// <inheritdoc/>
    public override string Name => "mean";

    private protected override void PoolTokens(scoped in TokenStates states, Span<float> destination)
    {
        int count = Sum(in states, destination);
        if (count > 0)
        {
            TensorPrimitives.Divide(destination, count, destination);
        }
    }

    /// <summary>Adds up the states that take part, and tells how many they are.</summary>
    internal static int Sum(scoped in TokenStates states, Span<float> destination) => Sum(in states, new TokenSpan(0, states.Count), destination);

    /// <summary>Adds up the states of a span that take part, and tells how many they are.</summary>
    internal static int Sum(scoped in TokenStates states, TokenSpan span, Span<float> destination)
    {
        destination.Clear();
        float[]? rented = destination.Length <= OnStack ? null : ArrayPool<float>.Shared.Rent(destination.Length);
        Span<float> block = rented is null ? stackalloc float[OnStack] : rented;
        block = block[..destination.Length];
        block.Clear();
        int count = 0;
        for (int token = span.Start; token < span.End; token++)
        {
            if (!states.IsPooled(token))
            {
                continue;
            }

            TensorPrimitives.Add(block, states[token], block);
            count++;
            if (count % BlockTokens == 0)
            {
                TensorPrimitives.Add(destination, block, destination);
                block.Clear();
            }
        }

        TensorPrimitives.Add(destination, block, destination);
        if (rented is not null)
        {
            ArrayPool<float>.Shared.Return(rented);
        }

        return count;
    }
}
