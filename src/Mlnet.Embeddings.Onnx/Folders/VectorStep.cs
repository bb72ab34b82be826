namespace Mlnet.Embeddings.Onnx;

/// <summary>A module after pooling: vector in, vector out.</summary>
internal abstract class VectorStep
{
    /// <summary>What it is called in <see cref="VectorSpace.PostProcessing"/>.</summary>
    public abstract string Name { get; }

    /// <summary>Values that come out for so many that go in.</summary>
    /// <exception cref="InvalidDataException">It takes another number.</exception>
    public abstract int Dimensions(int input);

    public abstract void Apply(ReadOnlySpan<float> vector, Span<float> destination);
}
