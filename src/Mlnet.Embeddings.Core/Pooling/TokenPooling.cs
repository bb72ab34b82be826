namespace Mlnet.Embeddings.Pooling;

/// <summary>Makes one vector of the states of a text's tokens.</summary>
/// <remarks>
/// Tokens that are masked out are skipped, not multiplied by 0: padding on either side changes no bit of the result. Where no token is left the
/// result is zero. Immutable and safe to share between threads.
/// </remarks>
public abstract class TokenPooling
{
    /// <summary>The mode's name, as <see cref="VectorSpace.Pooling"/> has it; that of sentence-transformers where it knows the mode.</summary>
    public abstract string Name { get; }

    /// <summary>Values of the resulting vector for tokens of <paramref name="dimensions"/> values; d itself unless said otherwise.</summary>
    public virtual int OutputDimensions(int dimensions) => dimensions;

    /// <summary>Pools the tokens of one text.</summary>
    /// <param name="states">The tokens' states, T×d.</param>
    /// <param name="destination">The vector, <see cref="OutputDimensions"/> floats; every one is overwritten. It must not overlap the states.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> has another length, or the states another width than the weights.</exception>
    public void Pool(scoped in TokenStates states, Span<float> destination)
    {
        int expected = OutputDimensions(states.Dimensions);
        if (destination.Length != expected)
        {
            throw new ArgumentException($"Pooling '{Name}' of {states.Dimensions} dimensions gives {expected} floats; the destination has {destination.Length}.", nameof(destination));
        }

        PoolTokens(in states, destination);
    }

    /// <summary>Pools into a destination whose length has been checked.</summary>
    /// <inheritdoc cref="Pool"/>
    private protected abstract void PoolTokens(scoped in TokenStates states, Span<float> destination);
}
