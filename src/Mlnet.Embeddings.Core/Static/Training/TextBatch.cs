namespace Mlnet.Embeddings.Static.Training;

/// <summary>The token ids of a batch of texts, one after the other: text i has the tokens from <c>Start(i)</c> up to <c>Start(i + 1)</c>.</summary>
internal sealed class TextBatch
{
    private int[] _tokens = new int[1024];
    private readonly List<int> _starts = [0];

    public int Count => _starts.Count - 1;

    public int TokenCount => _starts[^1];

    public ReadOnlySpan<int> Tokens(int text) => _tokens.AsSpan(_starts[text], _starts[text + 1] - _starts[text]);

    public void Clear()
    {
        _starts.Clear();
        _starts.Add(0);
    }

    public void Add(ReadOnlySpan<int> tokens)
    {
        int start = TokenCount;
        if (start + tokens.Length > _tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Max(start + tokens.Length, 2 * _tokens.Length));
        }

        tokens.CopyTo(_tokens.AsSpan(start));
        _starts.Add(start + tokens.Length);
    }
}
