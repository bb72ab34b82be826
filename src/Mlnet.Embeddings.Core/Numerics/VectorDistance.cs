namespace Mlnet.Embeddings.Numerics;

/// <summary>How far two vectors are from each other.</summary>
public enum VectorDistance
{
    /// <summary>1 − cosine; a zero vector has cosine 0 with every vector.</summary>
    Cosine,

    /// <summary>The length of the difference.</summary>
    Euclidean,
}
