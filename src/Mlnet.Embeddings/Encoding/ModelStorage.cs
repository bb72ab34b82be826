namespace Mlnet.Embeddings;

/// <summary>How a saved pipeline keeps its embedding model.</summary>
public enum ModelStorage
{
    /// <summary>The model's files stand in the saved pipeline, which needs nothing else to be loaded.</summary>
    Embedded,

    /// <summary>Only the folder's path and the SHA-256 of its files are kept; loading fails clearly when they are gone or changed.</summary>
    Reference,
}
