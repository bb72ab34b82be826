namespace Mlnet.Embeddings.Tool;

/// <summary>What the user gave cannot be worked with; the message is one line that says what was found and what to do.</summary>
internal sealed class ToolException(string message, Exception? inner = null) : Exception(message, inner);
