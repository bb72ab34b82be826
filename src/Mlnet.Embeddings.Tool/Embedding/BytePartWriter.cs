namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>A part that is the bytes of its rows.</summary>
internal sealed class BytePartWriter(string path) : IPartWriter
{
    // Blocks are written whole, so a buffer between would only copy them.
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public void Write(RowBlock block) => _file.Write(block.Output.WrittenSpan);

    public string? Finish()
    {
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        return null;
    }

    public void Dispose() => _file.Dispose();
}
