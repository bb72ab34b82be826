namespace Mlnet.Embeddings.Pooling;

/// <summary>Where a <see cref="TokenStatesStore"/> keeps what it is given.</summary>
public sealed class TokenStatesOptions
{
    /// <summary>The most bytes of states that are kept in memory. 2 GiB: some 60,000 texts of 25 tokens and 384 values; more should not happen by accident.</summary>
    public long MaximumBytes { get; set; } = 2L << 30;

    /// <summary>A folder for a file with the states that memory has no room for, n·T·d·4 bytes; it is gone when the store is disposed of. Null for none: more states are an error then.</summary>
    public string? ScratchFolder { get; set; }
}
