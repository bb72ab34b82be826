namespace Mlnet.Embeddings.Tool;

/// <summary>The user has stopped the work; the message is one line that says what is left to do.</summary>
internal sealed class StoppedException(string message, Exception inner) : OperationCanceledException(message, inner);
