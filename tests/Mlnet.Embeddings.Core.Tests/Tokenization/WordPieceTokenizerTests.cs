using System.Text;
using Mlnet.Embeddings.Tokenization;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Tokenization;

public class WordPieceTokenizerTests
{
    private const string Vocabulary =
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncafe\nstrasse\nun\n##afford\n##able\n##s\n!\n,\n$\n中\n文\n—\nistanbul\n##ly\na\n##a\nThe\nCafé\nэто\n한\nextraordinarily\nincomprehensibilities\nI\n##stanbul\ni\n";

    private static readonly WordPieceTokenizer Uncased = Of(Vocabulary);
    private static readonly WordPieceTokenizer Cased = Of(Vocabulary, new BertNormalization { Lowercase = false });

    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\r\n\u3000", "")]
    [InlineData("the THE The", "the the the")]
    [InlineData("unaffordable", "un ##afford ##able")]
    [InlineData("unaffordables!", "un ##afford ##able ##s !")]
    [InlineData("unaffordablex", "[UNK]")]
    [InlineData("the\nthe\tthe", "the the the")]
    [InlineData("the\u0000 th\u200be", "the the")]
    [InlineData("Café cafe\u0301", "cafe cafe")]
    [InlineData("the,the!$", "the , the ! $")]
    [InlineData("中文the", "中 文 the")]
    [InlineData("the—the", "the — the")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("the [MASK] the[SEP]", "the [MASK] the [SEP]")]
    [InlineData("[mask]", "[UNK] [UNK] [UNK]")]
    [InlineData("the \ud800 the\udc00", "the the")]
    [InlineData("это", "это")]
    [InlineData("extraordinarily incomprehensibilities", "extraordinarily incomprehensibilities")]
    [InlineData("extraordinarilyly", "extraordinarily ##ly")]
    public void Uncased_text_is_cut_as_bert_cuts_it(string text, string tokens) => Assert.Equal(tokens, TokensOf(Uncased, text));

    [Theory]
    [InlineData("The the", "The the")]
    [InlineData("Café", "Café")]
    [InlineData("Cafe\u0301", "[UNK]")]
    [InlineData("Istanbul", "I ##stanbul")]
    public void Cased_text_keeps_case_and_accents(string text, string tokens) => Assert.Equal(tokens, TokensOf(Cased, text));

    [Fact]
    public void Hangul_syllables_decompose_when_accents_are_stripped()
    {
        WordPieceTokenizer tokenizer = Of("[UNK]\n\u1112\u1161\u11ab\n");
        Assert.Equal([1], tokenizer.Encode("한"));
    }

    [Fact]
    public void Chinese_characters_stay_in_words_when_they_are_not_handled()
    {
        WordPieceTokenizer tokenizer = Of("[UNK]\n中文\n", new BertNormalization { HandleChineseCharacters = false });
        Assert.Equal([1], tokenizer.Encode("中文"));
    }

    [Fact]
    public void A_word_of_over_a_hundred_characters_is_unknown()
    {
        Assert.Equal(100, Uncased.Encode(new string('a', 100)).Length);
        Assert.Equal([1], Uncased.Encode(new string('a', 101)));
        Assert.Equal([1], Uncased.Encode(new string('a', 100_000)));
        Assert.Equal(100, Of("[UNK]\né\n##é\n", new BertNormalization { Lowercase = false }).Encode(new string('é', 100)).Length);
    }

    [Fact]
    public void Every_length_of_word_is_found_at_every_place()
    {
        // Words around the lengths at which the look-up changes, at each place within the blocks that the text is read in.
        int[] lengths = [1, 7, 8, 9, 14, 15, 16, 17, 31, 63, 64, 65, 90];
        string[] words = [.. lengths.Select(n => new string('b', n - 1) + "c")];
        WordPieceTokenizer tokenizer = Of("[UNK]\na\n" + string.Join('\n', words));
        for (int spaces = 0; spaces < 70; spaces++)
        {
            for (int i = 0; i < words.Length; i++)
            {
                Assert.Equal([1, i + 2, 1], tokenizer.Encode("a" + new string(' ', spaces) + " " + words[i] + " a"));
            }
        }
    }

    [Fact]
    public void A_long_text_gives_the_tokens_of_its_parts()
    {
        string part = "The café, un-affordable—$! 中文 [MASK] extraordinarily unaffordables ";
        int[] one = Uncased.Encode(part);
        Assert.Equal(Enumerable.Repeat(one, 500).SelectMany(x => x), Uncased.Encode(string.Concat(Enumerable.Repeat(part, 500))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public void The_maximum_cuts_the_ids_off(int maximum)
    {
        const string text = "unaffordables the [MASK] the cafe";
        int[] all = Uncased.Encode(text);
        TokenBuffer buffer = new();
        buffer.Add(77);
        Assert.Equal(Math.Min(maximum, all.Length), Uncased.Encode(text, buffer, maximum));
        Assert.Equal([77, .. all.Take(maximum)], buffer.Ids.ToArray());
        int[] room = new int[maximum];
        int written = Uncased.Encode(text, room);
        Assert.Equal(all.Take(maximum), room.Take(written));
        Assert.Equal(all.Length, Uncased.Count(text));
    }

    [Fact]
    public void Tokens_and_ids_lead_to_each_other()
    {
        for (int id = 0; id < Uncased.VocabularySize - 1; id++)
        {
            Assert.Equal(id, Uncased.IdOf(Uncased.TokenOf(id)!));
        }

        Assert.Null(Uncased.IdOf("nothing"));
        Assert.Null(Uncased.TokenOf(-1));
        Assert.Null(Uncased.TokenOf(1000));
        Assert.Equal(1, Uncased.UnknownId);
        Assert.Equal([2], Uncased.PrefixIds.ToArray());
        Assert.Equal([3], Uncased.SuffixIds.ToArray());
    }

    [Fact]
    public void Encoding_allocates_nothing_once_it_is_warm()
    {
        TokenBuffer buffer = new();
        string[] texts = ["the café—unaffordables, 中文 [MASK] $ это", "the the the", "unaffordablex \u0301\u0000"];
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            foreach (string text in texts)
            {
                buffer.Clear();
                Uncased.Encode(text, buffer);
            }
        }
    }

    [Fact]
    public void Threads_get_the_ids_of_one_thread()
    {
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => string.Concat(Enumerable.Repeat($"the café unaffordables {new string('a', i % 40)} ", i)))];
        int[][] expected = [.. texts.Select(t => Uncased.Encode(t))];
        int[][] actual = new int[texts.Length][];
        Parallel.For(0, texts.Length, i => actual[i] = Uncased.Encode(texts[i]));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void A_vocabulary_without_the_unknown_token_is_refused() =>
        Assert.Contains("[UNK]", Assert.Throws<InvalidDataException>(() => Of("a\nb\n")).Message, StringComparison.Ordinal);

    private static WordPieceTokenizer Of(string vocabulary, BertNormalization? normalization = null) =>
        WordPieceTokenizer.FromVocabulary(Encoding.UTF8.GetBytes(vocabulary), "vocab.txt", normalization);

    private static string TokensOf(TextTokenizer tokenizer, string text) => string.Join(' ', tokenizer.Encode(text).Select(tokenizer.TokenOf));
}
