using System.Buffers;
using Mlnet.Embeddings.Tokenization;

namespace Mlnet.Embeddings.Onnx;

/// <summary>A tokenizer with what an encoder wants around a text: the prompt, special tokens, and a limit that cuts the text and never the prompt.</summary>
internal sealed class EncoderTokenizer
{
    private readonly TextTokenizer _tokenizer;
    private readonly int _textTokens;

    public EncoderTokenizer(TextTokenizer tokenizer, int maximumTokens, int padId, bool lowercase, string prompt)
    {
        _tokenizer = tokenizer;
        MaximumTokens = maximumTokens;
        PadId = padId;
        Lowercase = lowercase;
        Prompt = prompt;
        _textTokens = maximumTokens - tokenizer.PrefixIds.Length - tokenizer.SuffixIds.Length;
        int promptTokens = prompt.Length == 0 ? 0 : tokenizer.Count(Lowered(prompt));
        if (promptTokens > _textTokens)
        {
            throw new ArgumentException($"The prompt takes {promptTokens} tokens, and the model at most {_textTokens} beside its special ones: nothing would be left of any text. Take a shorter prompt.", nameof(prompt));
        }

        PromptTokens = tokenizer.PrefixIds.Length + promptTokens;
    }

    /// <summary>Tokens of a text, special ones included.</summary>
    public int MaximumTokens { get; }

    public int PadId { get; }

    public bool Lowercase { get; }

    public string Prompt { get; }

    /// <summary>How many tokens stand before the text's own: the leading special ones and the prompt's.</summary>
    public int PromptTokens { get; }

    /// <summary>
    /// Whether the prompt's tokens are the same before every text. A tokenizer of words cuts at white space and punctuation first; a prompt that ends
    /// in the middle of a word would share a token with the text.
    /// </summary>
    public bool PromptStandsAlone => Prompt.Length == 0 || char.IsWhiteSpace(Prompt[^1]) || (char.IsAscii(Prompt[^1]) && char.IsPunctuation(Prompt[^1]));

    /// <summary>The same with another prompt.</summary>
    /// <exception cref="ArgumentException">It takes more tokens than the model.</exception>
    public EncoderTokenizer WithPrompt(string prompt) => new(_tokenizer, MaximumTokens, PadId, Lowercase, prompt);

    /// <summary>Appends the ids of a text.</summary>
    public void Encode(ReadOnlySpan<char> text, TokenBuffer destination)
    {
        foreach (int id in _tokenizer.PrefixIds)
        {
            destination.Add(id);
        }

        if (Prompt.Length == 0 && !Lowercase)
        {
            _tokenizer.Encode(text, destination, _textTokens);
        }
        else
        {
            EncodePrompted(text, destination);
        }

        foreach (int id in _tokenizer.SuffixIds)
        {
            destination.Add(id);
        }
    }

    private void EncodePrompted(ReadOnlySpan<char> text, TokenBuffer destination)
    {
        char[] characters = ArrayPool<char>.Shared.Rent(Prompt.Length + text.Length);
        try
        {
            Span<char> whole = characters.AsSpan(0, Prompt.Length + text.Length);
            Prompt.CopyTo(whole);
            text.CopyTo(whole[Prompt.Length..]);
            if (Lowercase)
            {
                foreach (ref char c in whole)
                {
                    c = char.ToLowerInvariant(c);
                }
            }

            _tokenizer.Encode(whole, destination, _textTokens);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private string Lowered(string prompt) => Lowercase ? prompt.ToLowerInvariant() : prompt;
}
