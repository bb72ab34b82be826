using System.Text.Json;

namespace Mlnet.Embeddings.Prompts;

/// <summary>The prompts that a model's folder names, in its <c>config_sentence_transformers.json</c>.</summary>
/// <param name="Prompts">Name → the text put before each input.</param>
/// <param name="DefaultName">The name of the one that is put before every text if no other is chosen; null for none.</param>
public sealed record PromptConfiguration(IReadOnlyDictionary<string, string> Prompts, string? DefaultName)
{
    /// <summary>Reads <c>prompts</c> and <c>default_prompt_name</c>; a prompt that is null is an empty one.</summary>
    /// <param name="configuration">The file's JSON; of kind Undefined where there is no file.</param>
    /// <param name="location">What to call the file in messages.</param>
    /// <exception cref="InvalidDataException">A value is of another kind than it should be, or the default is none of the prompts.</exception>
    public static PromptConfiguration Read(JsonElement configuration, string location)
    {
        Dictionary<string, string> prompts = new(StringComparer.Ordinal);
        if (configuration.ValueKind != JsonValueKind.Object)
        {
            return new PromptConfiguration(prompts, null);
        }

        if (configuration.TryGetProperty("prompts", out JsonElement list) && list.ValueKind != JsonValueKind.Null)
        {
            if (list.ValueKind != JsonValueKind.Object)
            {
                throw new InvalidDataException($"'{location}' has \"prompts\" of kind {list.ValueKind}; it should be an object of names and texts.");
            }

            foreach (JsonProperty prompt in list.EnumerateObject())
            {
                prompts[prompt.Name] = prompt.Value.ValueKind switch
                {
                    JsonValueKind.String => prompt.Value.GetString()!,
                    JsonValueKind.Null => "",
                    _ => throw new InvalidDataException($"'{location}' has the prompt \"{prompt.Name}\" of kind {prompt.Value.ValueKind}; it should be a text."),
                };
            }
        }

        string? name = configuration.TryGetProperty("default_prompt_name", out JsonElement chosen) && chosen.ValueKind != JsonValueKind.Null
            ? chosen.ValueKind == JsonValueKind.String ? chosen.GetString() : throw new InvalidDataException($"'{location}' has \"default_prompt_name\" of kind {chosen.ValueKind}; it should be a name.")
            : null;
        return name is null || prompts.ContainsKey(name)
            ? new PromptConfiguration(prompts, name)
            : throw new InvalidDataException($"'{location}' names '{name}' as the default prompt, but has no prompt of that name.");
    }
}
