namespace Mlnet.Embeddings.Tokenization;

/// <summary>What cuts one piece of a pre-tokenized text into tokens.</summary>
internal abstract class PieceModel
{
    /// <summary>Appends the ids of a piece.</summary>
    /// <param name="piece">UTF-8; not empty.</param>
    /// <param name="ids">Where they are appended.</param>
    public abstract void Encode(ReadOnlySpan<byte> piece, TokenBuffer ids);

    /// <summary>The same with the stretch of the piece that each token stands for.</summary>
    /// <param name="piece">UTF-8; not empty.</param>
    /// <param name="ids">Where ids are appended.</param>
    /// <param name="spans">Where a stretch is appended for each of them.</param>
    public abstract void Encode(ReadOnlySpan<byte> piece, TokenBuffer ids, List<(int Start, int End)> spans);
}
