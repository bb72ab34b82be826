namespace Mlnet.Embeddings;

/// <summary>What to do with a text that is null or empty.</summary>
public enum OnEmptyText
{
    /// <summary>Embed the empty string. A static model has no token there and gives the zero vector, whose cosine with anything is 0.</summary>
    Embed,

    /// <summary>Stop with an error that names the row.</summary>
    Error,
}
