namespace Mlnet.Embeddings.Numerics;

/// <summary>Memory that begins a cache line and keeps its place: vectors that begin one never lie across two.</summary>
internal static class AlignedMemory
{
    private const int LineBytes = 64;

    /// <summary>Values of zero.</summary>
    public static unsafe Memory<T> Allocate<T>(int length)
        where T : unmanaged
    {
        T[] array = GC.AllocateArray<T>(length + (LineBytes / sizeof(T)), pinned: true);
        fixed (T* first = array)
        {
            return array.AsMemory((int)((-(nint)first & (LineBytes - 1)) / sizeof(T)), length);
        }
    }

    /// <summary>How many values more than needed a buffer must have for <see cref="Align"/>.</summary>
    public static int Spare<T>()
        where T : unmanaged => LineBytes / System.Runtime.CompilerServices.Unsafe.SizeOf<T>();

    /// <summary>The first address of a whole cache line at or after <paramref name="pointer"/>.</summary>
    public static unsafe T* Align<T>(T* pointer)
        where T : unmanaged => (T*)(((nuint)pointer + (LineBytes - 1)) & ~(nuint)(LineBytes - 1));
}
