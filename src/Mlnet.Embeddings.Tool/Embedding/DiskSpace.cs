namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>Tells a full disk from other trouble.</summary>
internal static class DiskSpace
{
    // ENOSPC and EDQUOT, which .NET hands on as they are; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL of Windows.
    private static readonly int[] Codes = [28, 122, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>The same of an engine that reports it in its own way.</summary>
    public static IOException Exhausted(Exception inner) => new(inner.Message, inner) { HResult = Codes[0] };

    public static bool IsExhausted(IOException exception) => Codes.Contains(exception.HResult);
}
