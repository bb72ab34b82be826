using System.Buffers;
using System.Globalization;
using System.Text;

namespace Mlnet.Embeddings.Tokenization;

/// <summary>
/// Finds the words of a word-vector file in a text. A word that is not in the file is cut into the longest words that are, of at least three
/// characters, so that it has a vector of its own nevertheless (after Magnitude, Patel et al. 2018, which builds such a vector from character n-grams).
/// </summary>
/// <remarks>
/// A stretch between white space is looked up as it is (<c>U.S.</c>, <c>don't</c>), then in lower case; else it is cut at punctuation and each part
/// is looked up, with English contractions cut as the Penn Treebank does (<c>do n't</c>, <c>it 's</c>), as GloVe's and word2vec's corpora were.
/// Characters of a word that no piece covers are left out.
/// </remarks>
public sealed class WordTokenizer : TextTokenizer
{
    /// <summary>The shortest piece of an unknown word: shorter ones are in every vocabulary as names of letters and say nothing of the word.</summary>
    private const int ShortestPiece = 3;

    private readonly TokenList _words = new();
    private readonly int _longest;

    /// <summary>A tokenizer for words whose ids are their places.</summary>
    /// <param name="words">The words; each once.</param>
    public WordTokenizer(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(words.Count, TokenList.MaximumId + 1, nameof(words));
        for (int id = 0; id < words.Count; id++)
        {
            byte[] word = Encoding.UTF8.GetBytes(words[id]);
            _words.Add(word, id);
            _longest = Math.Max(_longest, word.Length);
        }
    }

    /// <inheritdoc/>
    public override int VocabularySize => _words.Size;

    /// <inheritdoc/>
    public override int? UnknownId => null;

    /// <inheritdoc/>
    public override string? TokenOf(int id) => _words.TokenOf(id);

    /// <inheritdoc/>
    public override int? IdOf(ReadOnlySpan<char> token) => _words.IdOf(token);

    /// <inheritdoc/>
    public override int Encode(ReadOnlySpan<char> text, TokenBuffer destination, int maximumTokens = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNegative(maximumTokens);
        int start = destination.Count;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(256);
        while (destination.Count - start < maximumTokens)
        {
            text = text.TrimStart();
            if (text.IsEmpty)
            {
                break;
            }

            int end = 0;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            Stretch(text[..end], destination, ref bytes);
            text = text[end..];
        }

        ArrayPool<byte>.Shared.Return(bytes);
        destination.Truncate((int)Math.Min(int.MaxValue, (long)start + maximumTokens));
        return destination.Count - start;
    }

    private void Stretch(ReadOnlySpan<char> stretch, TokenBuffer destination, ref byte[] bytes)
    {
        if (TryAdd(stretch, destination, ref bytes))
        {
            return;
        }

        while (!stretch.IsEmpty)
        {
            int end = 0;
            while (end < stretch.Length && !IsMark(stretch[end]))
            {
                end++;
            }

            if (end == 0)
            {
                TryAdd(stretch[..1], destination, ref bytes);
                stretch = stretch[1..];
            }
            else
            {
                int taken = Contraction(stretch, end, destination, ref bytes);
                if (taken == 0)
                {
                    Word(stretch[..end], destination, ref bytes);
                }

                stretch = stretch[Math.Max(taken, end)..];
            }
        }
    }

    // don't → do n't; it's → it 's. Only where the file has that ending as a word.
    private int Contraction(ReadOnlySpan<char> stretch, int end, TokenBuffer destination, ref byte[] bytes)
    {
        if (end >= stretch.Length - 1 || stretch[end] is not ('\'' or '’'))
        {
            return 0;
        }

        int tail = end + 1;
        while (tail < stretch.Length && !IsMark(stretch[tail]))
        {
            tail++;
        }

        if (tail - end > 3)
        {
            return 0;
        }

        Span<char> ending = stackalloc char[4];
        int before = tail - end == 2 && stretch[end + 1] is 't' or 'T' && stretch[end - 1] is 'n' or 'N' ? 1 : 0;
        ReadOnlySpan<char> own = stretch[(end - before)..tail];
        own.ToLowerInvariant(ending);
        ending[before] = '\'';
        if (Find(ending[..own.Length], ref bytes) is not int id || end == before)
        {
            return 0;
        }

        Word(stretch[..(end - before)], destination, ref bytes);
        destination.Add(id);
        return tail;
    }

    private void Word(ReadOnlySpan<char> word, TokenBuffer destination, ref byte[] bytes)
    {
        if (!TryAdd(word, destination, ref bytes))
        {
            Pieces(word, destination, ref bytes);
        }
    }

    // Longest piece first, in the word as it is or in lower case as the first look-up chose; a character that begins no piece is passed over.
    private void Pieces(ReadOnlySpan<char> word, TokenBuffer destination, ref byte[] bytes)
    {
        int length = Lower(word, ref bytes);
        for (int start = 0; start < length;)
        {
            int best = -1, end = start + 1, characters = 0, node = TokenTrie.Root;
            for (int i = start; i < length && node >= 0; i++)
            {
                characters += (bytes[i] & 0xC0) != 0x80 ? 1 : 0;
                node = _words.Trie.Next(node, bytes[i]);
                if (node >= 0 && characters >= ShortestPiece && _words.Trie.IdAt(node) is >= 0 and int id)
                {
                    (best, end) = (id, i + 1);
                }
            }

            if (best >= 0)
            {
                destination.Add(best);
            }

            start = end;
        }
    }

    private bool TryAdd(ReadOnlySpan<char> word, TokenBuffer destination, ref byte[] bytes)
    {
        int? id = Find(word, ref bytes);
        if (id is null)
        {
            int length = Math.Min(Lower(word, ref bytes), _longest + 1);
            int lower = _words.Trie.IdOf(bytes.AsSpan(0, length));
            id = lower >= 0 ? lower : null;
        }

        if (id is int found)
        {
            destination.Add(found);
        }

        return id is not null;
    }

    private int? Find(ReadOnlySpan<char> word, ref byte[] bytes)
    {
        if (word.Length > _longest)
        {
            return null;
        }

        Reserve(word.Length * 3, ref bytes);
        int id = _words.Trie.IdOf(bytes.AsSpan(0, Encoding.UTF8.GetBytes(word, bytes)));
        return id >= 0 ? id : null;
    }

    private static int Lower(ReadOnlySpan<char> word, ref byte[] bytes)
    {
        Reserve(word.Length * 4, ref bytes);
        int length = 0;
        foreach (Rune rune in word.EnumerateRunes())
        {
            length += Rune.ToLowerInvariant(rune).EncodeToUtf8(bytes.AsSpan(length));
        }

        return length;
    }

    private static void Reserve(int length, ref byte[] bytes)
    {
        if (bytes.Length < length)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = ArrayPool<byte>.Shared.Rent(length);
        }
    }

    private static bool IsMark(char c) => char.IsAscii(c) ? !char.IsAsciiLetterOrDigit(c) : char.IsPunctuation(c) || char.GetUnicodeCategory(c) is UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol;
}
