namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>What a run has done.</summary>
/// <param name="Rows">Rows of the output.</param>
/// <param name="Resumed">Those of them that an earlier run had finished.</param>
/// <param name="EmptyTexts">Rows of this run without text.</param>
internal sealed record EmbedResult(long Rows, long Resumed, long EmptyTexts);
