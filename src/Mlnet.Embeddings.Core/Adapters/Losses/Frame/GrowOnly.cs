namespace Mlnet.Embeddings.Adapters.Losses;

/// <summary>Buffers that are made anew only where they are too short, so that a training step allocates none.</summary>
internal static class GrowOnly
{
    /// <summary>Makes sure that at least <paramref name="length"/> values fit; what the buffer held may be lost.</summary>
    public static void Ensure<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new T[length];
        }
    }
}
