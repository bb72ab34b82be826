using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.NGrams;

/// <summary>Cuts texts into words, runs of letters, digits and what stands on them, apostrophes inside included, and words into n-grams.</summary>
internal static class NGramSplitter
{
    /// <summary>The n-grams of a text with how often each stands there, in the order of their first places.</summary>
    public static List<(string NGram, int Count)> Split(ReadOnlySpan<char> text, NGramOptions options)
    {
        List<string> words = Words(text);
        List<(string NGram, int Count)> found = [];
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int start = 0; start < words.Count; start++)
        {
            for (int length = options.MinimumLength; length <= options.MaximumLength && start + length <= words.Count; length++)
            {
                string ngram = string.Join(' ', words.GetRange(start, length));
                ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, ngram, out bool isKnown);
                if (isKnown)
                {
                    found[place] = (ngram, found[place].Count + 1);
                }
                else
                {
                    place = found.Count;
                    found.Add((ngram, 1));
                }
            }
        }

        return found;
    }

    private static List<string> Words(ReadOnlySpan<char> text)
    {
        List<string> words = [];
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isWord = i < text.Length && (IsPart(text[i]) || (text[i] is '\'' or '’' && start >= 0 && i + 1 < text.Length && IsPart(text[i + 1])));
            if (isWord && start < 0)
            {
                start = i;
            }
            else if (!isWord && start >= 0)
            {
                words.Add(text[start..i].ToString().ToLowerInvariant());
                start = -1;
            }
        }

        return words;
    }

    // Marks stand on letters; characters beyond the first plane come in two halves.
    private static bool IsPart(char c) =>
        char.IsLetterOrDigit(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
