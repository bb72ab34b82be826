using Mlnet.Embeddings.Tokenization;

namespace Mlnet.Embeddings.Onnx;

/// <summary>Texts as ids, special ones included, and their order by length.</summary>
internal sealed class TokenizedTexts
{
    private readonly TokenBuffer _ids = new(4096);
    private int[] _starts = [0];
    private int[] _lengths = [];
    private int[] _order = [];

    public int Count { get; private set; }

    public void Tokenize(ReadOnlySpan<ReadOnlyMemory<char>> texts, EncoderTokenizer tokenizer, CancellationToken cancellationToken)
    {
        if (_lengths.Length < texts.Length)
        {
            (_starts, _lengths, _order) = (new int[texts.Length], new int[texts.Length], new int[texts.Length]);
        }

        Count = texts.Length;
        _ids.Clear();
        for (int i = 0; i < texts.Length; i++)
        {
            if (i % 64 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            _starts[i] = _ids.Count;
            tokenizer.Encode(texts[i].Span, _ids);

            // Negated, so that the longest text comes first and buffers grow once.
            _lengths[i] = _starts[i] - _ids.Count;
            _order[i] = i;
        }

        Array.Sort(_lengths, _order, 0, Count);
    }

    /// <summary>The text that stands at a place in the order from long to short.</summary>
    public int TextAt(int place) => _order[place];

    /// <summary>The number of ids of the text at that place.</summary>
    public int LengthAt(int place) => -_lengths[place];

    /// <summary>The ids of the text at that place.</summary>
    public ReadOnlySpan<int> IdsAt(int place) => _ids.Ids.Slice(_starts[_order[place]], LengthAt(place));
}
