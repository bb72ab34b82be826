namespace Mlnet.Embeddings.Neighbors;

/// <summary>How far two vectors x and y are from each other; the smaller, the nearer.</summary>
public enum VectorMetric
{
    /// <summary>1 − cos(x, y), from 0 to 2; a zero vector has cosine 0 with every vector.</summary>
    Cosine,

    /// <summary>−x·y, the negated dot product: no distance in the strict sense, and a vector need not be the nearest to itself.</summary>
    Dot,

    /// <summary>‖x − y‖, the length of the difference.</summary>
    Euclidean,
}
