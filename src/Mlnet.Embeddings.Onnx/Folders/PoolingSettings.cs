using System.Text.Json;

namespace Mlnet.Embeddings.Onnx;

/// <summary>The configuration of a Pooling module: <c>pooling_mode_*</c> flags, or since sentence-transformers 5.4 <c>pooling_mode</c>.</summary>
/// <param name="Modes">The modes by the names of sentence-transformers 5.4; the vectors of several stand one after the other.</param>
internal sealed record PoolingSettings(IReadOnlyList<string> Modes)
{
    // In this order the vectors of several modes follow each other.
    private static readonly (string Flag, string Mode)[] Flags =
    [
        ("pooling_mode_cls_token", "cls"),
        ("pooling_mode_max_tokens", "max"),
        ("pooling_mode_mean_tokens", "mean"),
        ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
        ("pooling_mode_weightedmean_tokens", "weightedmean"),
        ("pooling_mode_lasttoken", "lasttoken"),
    ];

    /// <summary>Whether the prompt's tokens take part in pooling.</summary>
    public bool IncludePrompt { get; init; } = true;

    /// <summary>The width of token states that the file names; null where it names none.</summary>
    public int? Width { get; init; }

    public static PoolingSettings Read(JsonObjectFile file) => new(file["pooling_mode"].ValueKind == JsonValueKind.Undefined ? FromFlags(file) : FromNames(file))
    {
        IncludePrompt = file.Flag("include_prompt") ?? true,
        Width = file.Count("word_embedding_dimension") ?? file.Count("embedding_dimension"),
    };

    private static List<string> FromFlags(JsonObjectFile file)
    {
        foreach (JsonProperty property in file.Properties)
        {
            if (property.Value.ValueKind == JsonValueKind.True && property.Name.StartsWith("pooling_mode_", StringComparison.Ordinal) && !Array.Exists(Flags, f => f.Flag == property.Name))
            {
                throw file.Wrong(property.Name, "absent: this version does not know this mode");
            }
        }

        // The mean is on unless it is turned off, as where the file is written.
        List<string> modes = [.. Flags.Where(f => file.Flag(f.Flag) ?? f.Mode == "mean").Select(f => f.Mode)];
        return modes.Count > 0 ? modes : throw file.Wrong("pooling_mode_mean_tokens", "true, or another mode: none is on");
    }

    private static List<string> FromNames(JsonObjectFile file)
    {
        const string Property = "pooling_mode";
        JsonElement value = file[Property];
        List<string> modes = [];
        foreach (JsonElement mode in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
        {
            string name = mode.ValueKind == JsonValueKind.String ? mode.GetString()! : "";
            modes.Add(Array.Exists(Flags, f => f.Mode == name) ? name : throw file.Wrong(Property, "of " + string.Join(", ", Flags.Select(f => f.Mode))));
        }

        return modes.Count > 0 && modes.Distinct().Count() == modes.Count ? modes : throw file.Wrong(Property, "one mode, or several different ones");
    }
}
