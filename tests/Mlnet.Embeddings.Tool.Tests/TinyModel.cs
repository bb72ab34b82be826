using System.Text.Json;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Tool.Tests;

/// <summary>A model on disk, for runs in a process of their own: a vector for each letter and digit.</summary>
internal static class TinyModel
{
    private const int Dimensions = 8;

    /// <summary>Writes the model's folder and returns its path.</summary>
    public static string Write(Scratch scratch)
    {
        Dictionary<string, int> vocabulary = new() { ["[PAD]"] = 0, ["[UNK]"] = 1 };
        foreach (char c in "abcdefghijklmnopqrstuvwxyz0123456789")
        {
            vocabulary.Add(c.ToString(), vocabulary.Count);
            vocabulary.Add("##" + c, vocabulary.Count);
        }

        Random random = new(11);
        float[] table = [.. Enumerable.Range(0, vocabulary.Count * Dimensions).Select(_ => random.NextSingle() - 0.5f)];
        SafetensorsWriter weights = new();
        weights.Add("embeddings", table, vocabulary.Count, Dimensions);
        string tokenizer = JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = Array.Empty<object>(),
            normalizer = new { type = "BertNormalizer", clean_text = true, handle_chinese_chars = true, lowercase = true },
            pre_tokenizer = new { type = "BertPreTokenizer" },
            model = new { type = "WordPiece", unk_token = "[UNK]", continuing_subword_prefix = "##", max_input_chars_per_word = 100, vocab = vocabulary },
        });
        string folder = Directory.CreateDirectory(scratch["tiny-model"]).FullName;
        scratch.Write("tiny-model/config.json", """{"model_type": "model2vec", "normalize": true}""");
        scratch.Write("tiny-model/tokenizer.json", tokenizer);
        scratch.Write("tiny-model/model.safetensors", weights.ToArray());
        return folder;
    }
}
