namespace Mlnet.Embeddings.Tokenization;

/// <summary>Cuts texts into the tokens of a vocabulary, as ids. Immutable and safe to share between threads.</summary>
public abstract class TextTokenizer
{
    [ThreadStatic]
    private static TokenBuffer? t_buffer;

    /// <summary>One more than the largest id.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The id that stands for what the vocabulary cannot spell; null where the model has none.</summary>
    public abstract int? UnknownId { get; }

    /// <summary>The ids put before a text's own by an encoder (BERT: [CLS]).</summary>
    public virtual ReadOnlySpan<int> PrefixIds => [];

    /// <summary>The ids put after a text's own by an encoder (BERT: [SEP]).</summary>
    public virtual ReadOnlySpan<int> SuffixIds => [];

    /// <summary>The token of an id, as the vocabulary spells it; null where there is none.</summary>
    public abstract string? TokenOf(int id);

    /// <summary>The id of a token as the vocabulary spells it; null where there is none.</summary>
    public abstract int? IdOf(ReadOnlySpan<char> token);

    /// <summary>Appends the ids of a text, without special tokens around it.</summary>
    /// <param name="text">The text; invalid surrogates count as U+FFFD, as in Hugging Face's tokenizers.</param>
    /// <param name="destination">Where the ids are appended.</param>
    /// <param name="maximumTokens">Stop after so many ids of this text.</param>
    /// <returns>The number of ids appended.</returns>
    public abstract int Encode(ReadOnlySpan<char> text, TokenBuffer destination, int maximumTokens = int.MaxValue);

    /// <summary>Writes the ids of a text, as many as fit.</summary>
    /// <returns>The number of ids written, at most the destination's length.</returns>
    public int Encode(ReadOnlySpan<char> text, Span<int> destination)
    {
        TokenBuffer buffer = Buffer();
        Encode(text, buffer, destination.Length);
        buffer.Ids.CopyTo(destination);
        return buffer.Count;
    }

    /// <summary>The ids of a text in a new array.</summary>
    public int[] Encode(ReadOnlySpan<char> text)
    {
        TokenBuffer buffer = Buffer();
        Encode(text, buffer);
        return buffer.Ids.ToArray();
    }

    /// <summary>The number of ids of a text.</summary>
    public int Count(ReadOnlySpan<char> text) => Encode(text, Buffer());

    /// <summary>Reads a <c>tokenizer.json</c> with one of the models WordPiece or Unigram.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="location">What to call the file in messages.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or a part of it is of a kind that this version does not carry out; the message names it.</exception>
    public static TextTokenizer FromTokenizerJson(ReadOnlyMemory<byte> json, string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return TokenizerFile.Read(json, location);
    }

    /// <summary>The length of a token in code points; −1 where there is none of that id.</summary>
    internal virtual int LengthOf(int id) => TokenOf(id) is string token ? token.Length - token.Count(char.IsLowSurrogate) : -1;

    private protected static TokenBuffer Buffer()
    {
        TokenBuffer buffer = t_buffer ??= new TokenBuffer();
        buffer.Clear();
        return buffer;
    }
}
