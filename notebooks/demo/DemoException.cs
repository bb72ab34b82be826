namespace Mlnet.Embeddings.Demo;

/// <summary>Something the user can mend: shown as one line.</summary>
internal sealed class DemoException(string message) : Exception(message);
