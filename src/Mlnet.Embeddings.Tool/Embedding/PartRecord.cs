namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>A finished part.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Bytes">The length of its file.</param>
/// <param name="Columns">What its writer wants remembered of its columns.</param>
internal sealed record PartRecord(long Rows, long Bytes, string? Columns);
