namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>How far a run is.</summary>
/// <param name="Rows">Rows that this run has written.</param>
/// <param name="Fraction">Share of the input, 0 to 1; NaN where its length is not known.</param>
/// <param name="IsJoining">Whether all rows are written and the parts are being joined.</param>
internal readonly record struct EmbedProgress(long Rows, double Fraction, bool IsJoining);
