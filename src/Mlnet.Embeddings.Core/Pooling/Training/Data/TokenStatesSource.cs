namespace Mlnet.Embeddings.Pooling;

/// <summary>The token states of many texts, by row number: what a pooling is trained on. <see cref="TokenStatesStore"/> holds them; another source may encode its texts whenever they are asked for.</summary>
/// <remarks>
/// Training goes over all rows once to average them, and then reads the rows of a batch together, in an order drawn anew each epoch: first <see cref="Prepare"/>, then <see cref="TokensOf"/>
/// and <see cref="Read"/> of each. One thread at a time does so. The same row must always give the same states.
/// </remarks>
public abstract class TokenStatesSource
{
    /// <summary>Texts, n.</summary>
    public abstract int Count { get; }

    /// <summary>Values a state, d.</summary>
    public abstract int Dimensions { get; }

    /// <summary>Told which rows are read next, so that a source that encodes can do so in one go.</summary>
    /// <param name="rows">The rows; one may stand there twice.</param>
    /// <param name="cancellationToken">Ends a long preparation.</param>
    protected internal virtual void Prepare(ReadOnlySpan<int> rows, CancellationToken cancellationToken)
    {
    }

    /// <summary>How many tokens of a prepared row take part in pooling; 0 for a text without any.</summary>
    protected internal abstract int TokensOf(int row);

    /// <summary>The states of these tokens.</summary>
    /// <param name="row">A prepared row.</param>
    /// <param name="destination">T·d floats, token after token; overwritten.</param>
    protected internal abstract void Read(int row, Span<float> destination);
}
