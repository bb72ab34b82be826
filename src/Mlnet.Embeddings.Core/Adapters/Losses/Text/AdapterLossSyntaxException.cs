namespace Mlnet.Embeddings.Adapters;

/// <summary>The text of a loss that cannot be read; the message tells where, what was found and what there is.</summary>
public sealed class AdapterLossSyntaxException : FormatException
{
    /// <param name="position">The character, from 1.</param>
    /// <param name="message">What is wrong there.</param>
    public AdapterLossSyntaxException(int position, string message)
        : base($"At character {position} of the loss: {message}") => Position = position;

    /// <summary>The character where the trouble is, from 1.</summary>
    public int Position { get; }
}
