using Mlnet.Embeddings.Tokenization;

namespace Mlnet.Embeddings.Onnx;

/// <summary>What lies beside a transformer's graph: its tokenizer, and how many tokens it takes.</summary>
internal sealed class TransformerFolder(ModelFolder folder, string path)
{
    /// <summary>What is assumed where nothing is said: the length of BERT and most of its kin.</summary>
    private const int UsualMaximum = 512;

    private readonly JsonObjectFile _config = folder.Object(path + "config.json");
    private readonly JsonObjectFile _sentence = folder.Object(path + "sentence_bert_config.json");
    private readonly JsonObjectFile _tokenizer = folder.Object(path + "tokenizer_config.json");

    public bool Lowercase => _sentence.Flag("do_lower_case") ?? false;

    /// <summary>Tokens of a text, special ones included.</summary>
    public int MaximumTokens => Math.Min(_sentence.Count("max_seq_length") ?? Math.Min(_tokenizer.Count("model_max_length") ?? int.MaxValue, Positions == int.MaxValue ? UsualMaximum : int.MaxValue), Positions);

    // Models of this family count positions from the padding id on, so that two of the table's rows are no positions.
    private int Positions =>
        _config.Count("max_position_embeddings") is not int rows ? int.MaxValue
        : _config.Text("model_type") is "roberta" or "xlm-roberta" or "camembert" or "mpnet" ? Math.Max(rows - 2, 1)
        : rows;

    public TextTokenizer ReadTokenizer()
    {
        string json = path + "tokenizer.json", vocabulary = path + "vocab.txt";
        if (folder.Contains(json))
        {
            TextTokenizer tokenizer = TextTokenizer.FromTokenizerJson(folder.Read(json), folder.LocationOf(json));
            return tokenizer is WordPieceTokenizer ? tokenizer
                : throw folder.Wrong(json, $"holds a {(tokenizer is BytePairTokenizer ? "BPE" : "Unigram")} tokenizer; with a transformer this version reads WordPiece.");
        }

        if (!folder.Contains(vocabulary))
        {
            throw new InvalidDataException($"'{folder.Files.Location}' has no tokenizer: looked for {json} and {vocabulary}.");
        }

        BertNormalization normalization = new()
        {
            HandleChineseCharacters = _tokenizer.Flag("tokenize_chinese_chars") ?? true,
            StripAccents = _tokenizer.Flag("strip_accents"),
            Lowercase = _tokenizer.Flag("do_lower_case") ?? true,
        };
        return WordPieceTokenizer.FromVocabulary(folder.Read(vocabulary), folder.LocationOf(vocabulary), normalization);
    }

    /// <summary>The id that fills shorter texts of a batch up.</summary>
    public int PadId(TextTokenizer tokenizer)
    {
        string? name = _tokenizer["pad_token"].ValueKind == System.Text.Json.JsonValueKind.String ? _tokenizer.Text("pad_token") : null;
        int? id = (name is null ? null : tokenizer.IdOf(name)) ?? tokenizer.IdOf("[PAD]") ?? tokenizer.IdOf("<pad>");
        return id ?? 0;
    }
}
