namespace Mlnet.Embeddings.Tool.Tables;

/// <summary>Tells packed files that bear a table's name by their first bytes: read as text they would be "not valid UTF-8", or noise in Latin-1.</summary>
internal static class Packing
{
    /// <summary>What a file that begins so is; null where it may be text.</summary>
    public static string? Of(ReadOnlySpan<byte> head) =>
        head.StartsWith("\u001f"u8) && head.Length > 1 && head[1] is 0x8B or 0xC2 ? "compressed (gzip)"
        : head.StartsWith("PK\u0003\u0004"u8) ? "a zip archive or a spreadsheet"
        : head.StartsWith("PAR1"u8) ? "Parquet (name it .parquet, or pass --format parquet)"
        : null;
}
