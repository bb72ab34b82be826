using System.Text;
using System.Text.Json;

namespace Mlnet.Embeddings.Tokenization;

/// <summary>The normalizer and the pre-tokenizer of a unigram model's <c>tokenizer.json</c>, as steps over UTF-8.</summary>
internal sealed class Utf8Normalizer
{
    private readonly List<Action<Utf8Text>> _steps = [];
    private readonly BertNormalizer _first;

    private Utf8Normalizer(BertNormalizer first) => _first = first;

    public static Utf8Normalizer Read(TokenizerFile file)
    {
        JsonElement normalizer = file.Part("normalizer");
        JsonElement[] parts = !TokenizerFile.IsPresent(normalizer) ? []
            : TokenizerFile.TypeOf(normalizer) == "Sequence" ? [.. normalizer.GetProperty("normalizers").EnumerateArray()]
            : [normalizer];
        bool isBert = parts.Length > 0 && TokenizerFile.TypeOf(parts[0]) == "BertNormalizer";
        BertNormalization options = isBert ? TokenizerFile.ReadBertNormalizer(parts[0])
            : new BertNormalization { CleanText = false, HandleChineseCharacters = false, StripAccents = false, Lowercase = false };
        Utf8Normalizer result = new(new BertNormalizer(options, cutWords: false));
        foreach (JsonElement part in isBert ? parts.Skip(1) : parts)
        {
            result._steps.Add(StepOf(part, file));
        }

        result._steps.Add(MetaspaceOf(file));
        return result;
    }

    public ReadOnlySpan<byte> Apply(ReadOnlySpan<char> text, Utf8Text scratch)
    {
        scratch.Length = _first.Apply(text, ref scratch.Bytes);
        foreach (Action<Utf8Text> step in _steps)
        {
            step(scratch);
        }

        return scratch.Span;
    }

    private static Action<Utf8Text> StepOf(JsonElement part, TokenizerFile file)
    {
        string type = TokenizerFile.TypeOf(part);
        switch (type)
        {
            case "Strip":
                bool left = TokenizerFile.Flag(part, "strip_left", true), right = TokenizerFile.Flag(part, "strip_right", true);
                return text => text.Strip(left, right);
            case "Replace":
                byte[] content = Encoding.UTF8.GetBytes(part.GetProperty("content").GetString()!);
                JsonElement pattern = part.GetProperty("pattern");
                if (pattern.TryGetProperty("String", out JsonElement literal))
                {
                    byte[] sought = Encoding.UTF8.GetBytes(literal.GetString()!);
                    return sought.Length > 0 ? text => text.Replace(sought, content) : throw file.Damaged("a Replace normalizer has an empty pattern");
                }

                string expression = pattern.GetProperty("Regex").GetString()!;
                return expression == @"\s+" ? text => text.ReplaceWhiteSpace(content)
                    : throw file.Unsupported($"a Replace normalizer with the expression '{expression}'", @"strings and the expression \s+");
            default:
                throw file.Unsupported($"the normalizer '{type}'", "BertNormalizer (first), Replace and Strip");
        }
    }

    private static Action<Utf8Text> MetaspaceOf(TokenizerFile file)
    {
        JsonElement part = file.Part("pre_tokenizer");
        string type = TokenizerFile.IsPresent(part) ? TokenizerFile.TypeOf(part) : "null";
        if (type != "Metaspace" || TokenizerFile.Flag(part, "split", true))
        {
            throw file.Unsupported(type == "Metaspace" ? "the pre-tokenizer Metaspace with \"split\": true" : $"the pre-tokenizer '{type}' with Unigram", "Metaspace with \"split\": false");
        }

        byte[] replacement = Encoding.UTF8.GetBytes(part.GetProperty("replacement").GetString()!);
        string scheme = part.TryGetProperty("prepend_scheme", out JsonElement value) ? value.GetString()! : "always";
        bool prepend = scheme switch
        {
            "always" => true,
            "never" => false,
            _ => throw file.Unsupported($"the Metaspace option prepend_scheme '{scheme}'", "always and never"),
        };
        return text =>
        {
            text.Replace(" "u8, replacement);
            if (prepend && text.Length > 0 && !text.Span.StartsWith(replacement))
            {
                text.Prepend(replacement);
            }
        };
    }
}
