using System.Text.Json;

namespace Mlnet.Embeddings.Onnx;

/// <summary>The prompts of <c>config_sentence_transformers.json</c>.</summary>
/// <param name="All">Name → the text put before each input.</param>
/// <param name="Default">The one put before every text if no other is chosen; empty for none.</param>
internal sealed record FolderPrompts(IReadOnlyDictionary<string, string> All, string Default)
{
    private const string FileName = "config_sentence_transformers.json";

    public static FolderPrompts Read(ModelFolder folder)
    {
        JsonObjectFile file = folder.Object(FileName);
        if (file["truncate_dim"].ValueKind != JsonValueKind.Undefined)
        {
            throw file.Wrong("truncate_dim", "absent: this version does not cut vectors off");
        }

        Dictionary<string, string> prompts = new(StringComparer.Ordinal);
        JsonElement list = file["prompts"];
        if (list.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object))
        {
            throw file.Wrong("prompts", "an object of names and texts");
        }

        if (list.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty prompt in list.EnumerateObject())
            {
                prompts[prompt.Name] = prompt.Value.ValueKind switch
                {
                    JsonValueKind.String => prompt.Value.GetString()!,
                    JsonValueKind.Null => "",
                    _ => throw file.Wrong("prompts", "an object of names and texts"),
                };
            }
        }

        string? name = file.Text("default_prompt_name");
        return new FolderPrompts(prompts, name is null ? "" : prompts.TryGetValue(name, out string? text) ? text : throw file.Wrong("default_prompt_name", "one of the prompts' names"));
    }
}
