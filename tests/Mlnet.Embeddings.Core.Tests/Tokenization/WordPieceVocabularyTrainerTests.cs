using Mlnet.Embeddings.Tokenization;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Tokenization;

public class WordPieceVocabularyTrainerTests
{
    [Fact]
    public void Special_tokens_come_first_then_characters_then_words_by_frequency()
    {
        IReadOnlyList<string> vocabulary = Train(new() { Size = 14, PieceShare = 0 }, "aab b aab ba ba aab");

        // Characters: a 8 times, b 6 times, each also as a continuation; the word b is there as a character.
        Assert.Equal(["[PAD]", "[UNK]", "a", "##a", "b", "##b", "aab", "ba"], vocabulary);
    }

    [Fact]
    public void Pieces_are_learned_from_the_words_that_have_no_entry_of_their_own()
    {
        // "the" fills the one place for words; "ing" ends the rest.
        IReadOnlyList<string> vocabulary = Train(
            new() { Size = 2 + (2 * 15) + 3, PieceShare = 0.7 }, "the the the the the the the the going doing making walking singing");

        Assert.Contains("the", vocabulary);
        Assert.Contains("##ing", vocabulary);
    }

    [Fact]
    public void Merging_follows_the_counts_of_pairs_step_by_step()
    {
        // Sennrich et al., 2016, with marked continuations: e-s 9, es-t 9, then o-w 7 before l-o 7, as # sorts before l.
        KeyValuePair<string, long>[] words = [new("low", 5), new("lower", 2), new("newest", 6), new("widest", 3)];

        string[] pieces = [.. new PairMerges(words).Pieces().Take(4)];

        Assert.Equal(["##es", "##est", "##ow", "low"], pieces);
    }

    [Fact]
    public void Merges_of_random_words_are_those_of_recounting_all_pairs_each_time()
    {
        Random random = new(4);
        KeyValuePair<string, long>[] words = [.. Enumerable.Range(0, 200)
            .Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)('a' + random.Next(3)))]))
            .Distinct().Select(word => new KeyValuePair<string, long>(word, random.Next(1, 50)))];

        Assert.Equal(Textbook(words, 60), new PairMerges(words).Pieces().Take(60));
    }

    [Fact]
    public void A_text_cuts_into_the_words_that_were_counted()
    {
        WordPieceVocabularyTrainer trainer = new(new() { Size = 100, PieceShare = 0 });
        trainer.Add("Café au LAIT, s'il-vous plaît!");

        WordPieceTokenizer tokenizer = WordPieceTokenizer.FromJson(WordPieceTokenizerJson.Write(trainer.Train()), "test");
        string[] tokens = [.. tokenizer.Encode("cafe au lait, S'IL-vous plait!").Select(id => tokenizer.TokenOf(id)!)];

        Assert.Equal(["cafe", "au", "lait", ",", "s", "'", "il", "-", "vous", "plait", "!"], tokens);
        Assert.Equal(11, trainer.Words);
    }

    [Fact]
    public void A_size_below_the_characters_is_refused()
    {
        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => Train(new() { Size = 5 }, "abcdef"));

        Assert.Contains("14 entries", exception.Message);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("[UNK]", "a", "a")]
    public void A_vocabulary_that_no_tokenizer_could_use_is_not_written(params string[] vocabulary) =>
        Assert.Throws<ArgumentException>(() => WordPieceTokenizerJson.Write(vocabulary));

    private static IReadOnlyList<string> Train(WordPieceVocabularyOptions options, string text)
    {
        WordPieceVocabularyTrainer trainer = new(options);
        trainer.Add(text);
        return trainer.Train();
    }

    private static List<string> Textbook(KeyValuePair<string, long>[] counts, int merges)
    {
        List<(List<string> Symbols, long Count)> words = [.. counts.Select(word => (word.Key.Select((c, i) => i == 0 ? c.ToString() : "##" + c).ToList(), word.Value))];
        List<string> pieces = [];
        while (pieces.Count < merges)
        {
            Dictionary<(string, string), long> pairs = [];
            foreach ((List<string> symbols, long count) in words)
            {
                for (int i = 1; i < symbols.Count; i++)
                {
                    pairs[(symbols[i - 1], symbols[i])] = pairs.GetValueOrDefault((symbols[i - 1], symbols[i])) + count;
                }
            }

            if (pairs.Count == 0 || pairs.Values.Max() <= 1)
            {
                break;
            }

            (string left, string right) = pairs.OrderByDescending(p => p.Value).ThenBy(p => p.Key.Item1 + p.Key.Item2[2..], StringComparer.Ordinal).First().Key;
            pieces.Add(left + right[2..]);
            foreach ((List<string> symbols, _) in words)
            {
                for (int i = 0; i + 1 < symbols.Count; i++)
                {
                    if (symbols[i] == left && symbols[i + 1] == right)
                    {
                        symbols[i] = pieces[^1];
                        symbols.RemoveAt(i + 1);
                    }
                }
            }
        }

        return pieces;
    }
}
