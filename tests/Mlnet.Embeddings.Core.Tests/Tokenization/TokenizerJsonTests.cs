using System.Text;
using Mlnet.Embeddings.Tokenization;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Tokenization;

public class TokenizerJsonTests
{
    private const string WordPiece = """
        {"version":"1.0","truncation":null,"padding":null,
        "added_tokens":[{"id":2,"content":"[CLS]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
        {"id":9,"content":"<tag>","single_word":true,"lstrip":true,"rstrip":true,"normalized":false,"special":false}],
        "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
        "pre_tokenizer":{"type":"BertPreTokenizer"},
        "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
        "pair":[],"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
        "decoder":null,
        "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"@@","max_input_chars_per_word":6,
        "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"un":4,"@@do":5,"tag":6,"<":7,">":8,"undoun":10,"undoundo":11}}}
        """;

    // Scores are log-probabilities: "ab" + "c" (−3) beats "a" + "bc" (−4) and "abc" is dearer than both.
    private const string Unigram = """
        {"version":"1.0","truncation":null,"padding":null,
        "added_tokens":[{"id":0,"content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
        "normalizer":{"type":"Sequence","normalizers":[
        {"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
        {"type":"Replace","pattern":{"String":"!"},"content":" ! "},{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "},{"type":"Strip","strip_left":true,"strip_right":true}]},
        "pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":false},
        "post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{}},"decoder":null,
        "model":{"type":"Unigram","unk_id":1,"byte_fallback":false,
        "vocab":[["[PAD]",-9],["[UNK]",-9],["▁ab",-1.5],["▁a",-2],["c",-1.5],["bc",-2],["▁abc",-5],["▁!",-1],["▁中",-2],["▁",-4]]}}
        """;

    private const string BytePair = """
        {"version":"1.0","truncation":{"direction":"Right","max_length":9,"strategy":"LongestFirst","stride":0},
        "padding":{"strategy":"BatchLongest","direction":"Left","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"!"},
        "added_tokens":[{"id":9,"content":"<e>","single_word":false,"lstrip":false,"rstrip":true,"normalized":true,"special":true}],
        "normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}]},
        "post_processor":{"type":"RobertaProcessing","sep":["<e>",9],"cls":["<e>",9],"trim_offsets":true,"add_prefix_space":true},"decoder":{"type":"ByteLevel"},
        "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":"","end_of_word_suffix":"","fuse_unk":false,"byte_fallback":false,"ignore_merges":false,
        "vocab":{"!":0,"u":1,"n":2,"d":3,"o":4,"Ġ":5,"un":6,"do":7,"Ġun":8,"Ã":10,"©":11},"merges":["u n",["d","o"],"Ġ un"]}}
        """;

    private const string Fallback = """
        {"version":"1.0","added_tokens":[],"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
        "pre_tokenizer":{"type":"Metaspace","replacement":"▁","add_prefix_space":true},"post_processor":null,
        "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,
        "vocab":{"<unk>":0,"▁":1,"a":2,"b":3,"▁a":4,"<0xC3>":5,"<0xA9>":6},"merges":[["▁","a"]]}}
        """;

    [Theory]
    [InlineData("undo", "Ġun do")]
    [InlineData("un do", "Ġun Ġ do")]
    [InlineData("un<e> un", "Ġun <e> Ġun")]
    [InlineData("une\u0301", "Ġun Ã ©")] // composed first
    [InlineData("unxdo", "Ġun do")] // without an unknown token, what no token spells is left out
    public void Byte_pairs_are_merged_in_the_order_of_the_file(string text, string tokens) => Assert.Equal(tokens, TokensOf(BytePair, text));

    [Theory]
    [InlineData("ab", "▁a b")]
    [InlineData("aé", "▁a <0xC3> <0xA9>")]
    [InlineData("a中文b", "▁a <unk> b")]
    public void Unknown_characters_are_spelled_in_bytes_or_fused(string text, string tokens) => Assert.Equal(tokens, TokensOf(Fallback, text));

    [Theory]
    [InlineData("\"u n\"", "\"u x\"", "'x'")]
    [InlineData("\"u n\"", "\"un\"", "merge 0")]
    [InlineData("\"dropout\":null", "\"dropout\":0.1", "dropout")]
    [InlineData("\"continuing_subword_prefix\":\"\"", "\"continuing_subword_prefix\":\"##\"", "continuing_subword_prefix")]
    [InlineData("\"unk_token\":null", "\"unk_token\":\"<unk>\"", "<unk>")]
    [InlineData("\"type\":\"Digits\"", "\"type\":\"FixedLength\"", "FixedLength")]
    [InlineData("{\"type\":\"Digits\",\"individual_digits\":true}", "{\"type\":\"ByteLevel\"}", "after ByteLevel")]
    [InlineData("{\"type\":\"Digits\",\"individual_digits\":true}", "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[a-z]\"},\"behavior\":\"Isolated\"}", "[a-z]")]
    [InlineData("\"type\":\"NFC\"", "\"type\":\"NFX\"", "NFX")]
    [InlineData("\"direction\":\"Left\"", "\"direction\":\"Up\"", "Up")]
    public void Byte_pair_files_too(string found, string replaced, string mentioned)
    {
        Assert.Contains(found, BytePair, StringComparison.Ordinal);
        Assert.Contains(mentioned, Assert.Throws<InvalidDataException>(() => Open(BytePair, found, replaced)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("undo", "un @@do")]
    [InlineData("undoun", "undoun")]
    [InlineData("undoundo", "[UNK]")] // eight characters, where six are allowed
    [InlineData("un  <tag>  do", "un <tag> [UNK]")]
    [InlineData("un<tag>", "un < tag >")] // not a word of its own
    [InlineData("[CLS]un", "[CLS] un")]
    public void The_files_own_settings_hold(string text, string tokens) => Assert.Equal(tokens, TokensOf(WordPiece, text));

    [Fact]
    public void The_post_processor_names_the_special_tokens()
    {
        TextTokenizer tokenizer = Open(WordPiece);
        Assert.Equal([2], tokenizer.PrefixIds.ToArray());
        Assert.Equal([3], tokenizer.SuffixIds.ToArray());
        Assert.Equal(12, tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("  ", "")]
    [InlineData("Abc", "▁ab c")]
    [InlineData("ab\nABC!", "▁ab ▁ab c ▁!")]
    [InlineData("áb", "▁ab")]
    [InlineData("中", "▁中")]
    [InlineData("abxyzc", "▁ab [UNK] c")] // neighbouring unknown characters are one token
    [InlineData("xyz ab", "▁ [UNK] ▁ab")]
    [InlineData("ab[PAD]ab", "▁ab [PAD] ▁ab")]
    public void Unigram_takes_the_most_probable_pieces(string text, string tokens) => Assert.Equal(tokens, TokensOf(Unigram, text));

    [Fact]
    public void Unigram_equals_trying_every_segmentation()
    {
        string[] pieces = ["▁", "a", "b", "▁a", "ab", "ba", "aba", "bb", "abb"];
        double[] scores = [-1.9, -2.3, -2.2, -2.9, -4.1, -3.7, -5.5, -4.9, -6.1];
        string vocabulary = string.Join(',', pieces.Select((p, i) => FormattableString.Invariant($"[\"{p}\",{scores[i]}]")));
        TextTokenizer tokenizer = Open(Unigram[..Unigram.IndexOf("[\"[PAD]\",-9]", StringComparison.Ordinal)] + "[\"[UNK]\",-50]," + vocabulary + "]}}", "\"unk_id\":1", "\"unk_id\":0");
        Random random = new(3);
        for (int round = 0; round < 300; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => "ab"[random.Next(2)]));
            double actual = tokenizer.Encode(text).Sum(id => scores[id - 1]);
            Assert.Equal(Best("▁" + text), actual, 1e-9);
        }

        double Best(string rest) => rest.Length == 0 ? 0
            : Enumerable.Range(0, pieces.Length).Where(i => rest.StartsWith(pieces[i], StringComparison.Ordinal)).Max(i => scores[i] + Best(rest[pieces[i].Length..]));
    }

    [Theory]
    [InlineData("\"type\":\"WordPiece\"", "\"type\":\"WordLevel\"", "WordLevel")]
    [InlineData("BertPreTokenizer", "Whitespace", "Whitespace")]
    [InlineData("BertNormalizer", "NFKC", "NFKC")]
    [InlineData("TemplateProcessing", "Postprocessing", "Postprocessing")]
    [InlineData("\"un\":4", "\"un\":-4", "-4")]
    [InlineData("\"un\":4", "\"un\":2000000000", "2000000000")]
    [InlineData("\"un\":4", "\"un\":\"4\"", "tokenizer.json")]
    [InlineData("\"unk_token\":\"[UNK]\"", "\"unk_token\":\"<unk>\"", "<unk>")]
    [InlineData("\"vocab\"", "\"words\"", "tokenizer.json")]
    [InlineData("\"model\"", "\"modell\"", "model")]
    public void What_is_not_carried_out_or_damaged_is_refused_by_name(string found, string replaced, string mentioned)
    {
        Assert.Contains(found, WordPiece, StringComparison.Ordinal);
        Assert.Contains(mentioned, Assert.Throws<InvalidDataException>(() => Open(WordPiece, found, replaced)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"type\":\"Metaspace\"", "\"type\":\"ByteLevel\"", "ByteLevel")]
    [InlineData("\"type\":\"Metaspace\"", "\"type\":\"UnicodeScripts\"", "UnicodeScripts")]
    [InlineData("\"type\":\"Strip\"", "\"type\":\"Nmt\"", "Nmt")]
    [InlineData("\"type\":\"Strip\"", "\"precompiled_charsmap\":\"AQAAAA==\",\"type\":\"Precompiled\"", "precompiled_charsmap")]
    [InlineData("\\\\s+", "[a-z]", "[a-z]")]
    [InlineData("\"unk_id\":1", "\"unk_id\":100", "unk_id")]
    [InlineData("\"prepend_scheme\":\"always\"", "\"prepend_scheme\":\"second\"", "second")]
    public void Unigram_files_too(string found, string replaced, string mentioned)
    {
        Assert.Contains(found, Unigram, StringComparison.Ordinal);
        Assert.Contains(mentioned, Assert.Throws<InvalidDataException>(() => Open(Unigram, found, replaced)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_files_are_read_or_refused_but_nothing_else()
    {
        Random random = new(99);
        foreach (string original in (string[])[WordPiece, Unigram, BytePair, Fallback])
        {
            for (int round = 0; round < 2_000; round++)
            {
                byte[] mutant = Encoding.UTF8.GetBytes(original);
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    mutant[random.Next(mutant.Length)] = (byte)(random.Next(4) == 0 ? random.Next(256) : "0123456789[]{}\",:-tfn"[random.Next(21)]);
                }

                try
                {
                    TextTokenizer tokenizer = TextTokenizer.FromTokenizerJson(mutant, "mutant");
                    TokenBuffer ids = new();
                    List<TokenOffset> offsets = [];
                    tokenizer.Encode("undo abc 中! [CLS] xyz<e> é", ids, offsets);
                    Assert.All(ids.Ids.ToArray(), id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
                    Assert.Equal(ids.Ids.ToArray(), tokenizer.Encode("undo abc 中! [CLS] xyz<e> é"));
                    Assert.All(offsets, o => Assert.InRange(o.End, o.Start, 27));
                }
                catch (InvalidDataException)
                {
                }
            }
        }
    }

    [Fact]
    public void Random_texts_never_break_the_tokenizer_and_parts_at_spaces_add_up()
    {
        TextTokenizer tokenizer = Open(WordPiece);
        Random random = new(11);
        for (int round = 0; round < 3_000; round++)
        {
            string left = Random(), right = Random();
            Assert.Equal([.. tokenizer.Encode(left), .. tokenizer.Encode(right)], tokenizer.Encode(left + " \n " + right));
        }

        string Random() => string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(5) switch
        {
            0 => (char)random.Next(0x10000),
            1 => (char)random.Next(0x250),
            _ => "undo <tag>[CLS]ÜÑ"[random.Next(17)],
        }).Where(c => c is not ('<' or '[')));
    }

    private static TextTokenizer Open(string json, string found = "", string replaced = "") =>
        TextTokenizer.FromTokenizerJson(Encoding.UTF8.GetBytes(found.Length > 0 ? json.Replace(found, replaced, StringComparison.Ordinal) : json), "some/tokenizer.json");

    private static string TokensOf(string json, string text)
    {
        TextTokenizer tokenizer = Open(json);
        return string.Join(' ', tokenizer.Encode(text).Select(tokenizer.TokenOf));
    }
}
