namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>Writes the rows of one part.</summary>
internal interface IPartWriter : IDisposable
{
    /// <summary>Appends a block's rows.</summary>
    void Write(RowBlock block);

    /// <summary>Brings everything to the disk and closes the file.</summary>
    /// <returns>What is to be remembered of the part's columns, if anything.</returns>
    string? Finish();
}
