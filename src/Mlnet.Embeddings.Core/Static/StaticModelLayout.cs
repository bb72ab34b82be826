using System.Text.Json;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Prompts;

namespace Mlnet.Embeddings.Static;

/// <summary>Where the files of a static model are, and what its configuration says.</summary>
/// <param name="Folder">What comes before the names <c>model.safetensors</c> and <c>tokenizer.json</c>: empty, or a folder with a slash.</param>
/// <param name="Normalize">Whether vectors are scaled to length 1.</param>
/// <param name="Prompts">Prompts by name.</param>
/// <param name="DefaultPrompt">The name of the prompt that is put before every text if no other is chosen; null for none.</param>
internal sealed record StaticModelLayout(string Folder, bool Normalize, IReadOnlyDictionary<string, string> Prompts, string? DefaultPrompt)
{
    /// <summary>The <c>model_type</c> of word vectors: <c>words.txt</c> takes the place of a tokenizer.</summary>
    public const string WordVectors = "word_vectors";

    public const string LookedFor = "Looked for model.safetensors with tokenizer.json or vocab.txt, beside config.json (model_type model2vec), config_sentence_transformers.json or modules.json (StaticEmbedding), and for 0_StaticEmbedding/model.safetensors.";

    /// <summary>Recognizes a static model; null where there is none.</summary>
    public static StaticModelLayout? Find(ModelFiles files, Func<string, JsonElement> read)
    {
        JsonElement sentence = files.Contains("config_sentence_transformers.json") ? read("config_sentence_transformers.json") : default;
        (IReadOnlyDictionary<string, string> prompts, string? defaultPrompt) = PromptConfiguration.Read(sentence, "config_sentence_transformers.json");

        // Model2Vec writes both kinds of configuration; its own decides there, and so here.
        string? type = files.Contains("config.json") ? Text(read("config.json"), "model_type") : null;
        if ((type == "model2vec" && IsStatic(files, "")) || (type == WordVectors && files.Contains("words.txt") && files.Contains("model.safetensors")))
        {
            return new StaticModelLayout("", Flag(read("config.json"), "normalize"), prompts, defaultPrompt);
        }

        if (files.Contains("modules.json"))
        {
            return FromModules(files, read("modules.json"), Flag(sentence, "normalize"), prompts, defaultPrompt);
        }

        return sentence.ValueKind != JsonValueKind.Object ? null
            : IsStatic(files, "") ? new StaticModelLayout("", Flag(sentence, "normalize"), prompts, defaultPrompt)
            : IsStatic(files, "0_StaticEmbedding/") ? new StaticModelLayout("0_StaticEmbedding/", Flag(sentence, "normalize"), prompts, defaultPrompt)
            : null;
    }

    private static StaticModelLayout? FromModules(ModelFiles files, JsonElement modules, bool normalize, IReadOnlyDictionary<string, string> prompts, string? defaultPrompt)
    {
        if (modules.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidDataException($"'{files.Location}/modules.json' should be an array of modules.");
        }

        string? folder = null;
        foreach (JsonElement module in modules.EnumerateArray())
        {
            string type = Text(module, "type") ?? "";
            string name = type[(type.LastIndexOf('.') + 1)..];
            if (name == "StaticEmbedding" && folder is null)
            {
                string path = (Text(module, "path") ?? "").Trim('/');
                folder = path is "" or "." ? "" : path + "/";
            }
            else if (folder is null)
            {
                return null;
            }
            else if (name == "Normalize")
            {
                normalize = true;
            }
            else
            {
                throw new InvalidDataException($"'{files.Location}/modules.json' names the module '{type}' after StaticEmbedding; this version carries out Normalize only.");
            }
        }

        return folder is not null && IsStatic(files, folder) ? new StaticModelLayout(folder, normalize, prompts, defaultPrompt) : null;
    }

    private static bool IsStatic(ModelFiles files, string folder) =>
        files.Contains(folder + "model.safetensors") && (files.Contains(folder + "tokenizer.json") || files.Contains(folder + "vocab.txt"));

    private static bool Flag(JsonElement config, string name) => config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static string? Text(JsonElement config, string name) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
