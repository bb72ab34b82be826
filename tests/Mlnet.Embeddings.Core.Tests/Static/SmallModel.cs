using System.Text;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Core.Tests.Static;

/// <summary>A static model that can be checked by hand: five tokens on the plane.</summary>
internal static class SmallModel
{
    public static readonly float[] Rows = [0, 0, 9, 9, 1, 0, 0, 2, 3, 4];

    public const string Tokenizer = """
        {"version":"1.0","truncation":null,"padding":null,
        "added_tokens":[{"id":0,"content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
        "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
        "pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,"decoder":null,
        "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
        "vocab":{"[PAD]":0,"[UNK]":1,"east":2,"north":3,"##ern":4}}}
        """;

    public static byte[] Tensors(string name = "embeddings", float[]? weights = null)
    {
        SafetensorsWriter writer = new();
        writer.Add(name, Rows, 5, 2);
        if (weights is not null)
        {
            writer.Add("weights", weights, weights.Length);
        }

        return writer.ToArray();
    }

    public static Dictionary<string, byte[]> Files(bool normalize = false) => new()
    {
        ["config.json"] = Bytes($$"""{"model_type":"model2vec","normalize":{{(normalize ? "true" : "false")}}}"""),
        ["tokenizer.json"] = Bytes(Tokenizer),
        ["model.safetensors"] = Tensors(),
    };

    public static ModelFiles Of(Dictionary<string, byte[]> files) => ModelFiles.FromMemory("small", files);

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
