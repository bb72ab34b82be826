using System.Buffers;

namespace Mlnet.Embeddings.Neighbors;

/// <summary>Room for a vector, borrowed from the shared pool.</summary>
internal readonly ref struct RentedVector(int length)
{
    private readonly float[] _array = ArrayPool<float>.Shared.Rent(length);

    public Span<float> Values => _array.AsSpan(0, length);

    public void Dispose() => ArrayPool<float>.Shared.Return(_array);
}
