namespace Mlnet.Embeddings.Tokenization;

/// <summary>The pieces that pre-tokenizers cut a text into, some of them tokens already.</summary>
internal sealed class PieceList
{
    private Piece[] _pieces = new Piece[256];

    public int Count { get; private set; }

    public ReadOnlySpan<Piece> Span => _pieces.AsSpan(0, Count);

    public void Clear() => Count = 0;

    /// <summary>Adds a piece that is not empty.</summary>
    public void Add(int start, int end, int id = -1)
    {
        if (start >= end)
        {
            return;
        }

        if (Count == _pieces.Length)
        {
            Array.Resize(ref _pieces, Count * 2);
        }

        _pieces[Count++] = new Piece(start, end, id);
    }

    /// <summary>A stretch of bytes.</summary>
    /// <param name="Start">Its first byte.</param>
    /// <param name="End">One past its last.</param>
    /// <param name="Id">The added token that it is, or −1.</param>
    public readonly record struct Piece(int Start, int End, int Id);
}
