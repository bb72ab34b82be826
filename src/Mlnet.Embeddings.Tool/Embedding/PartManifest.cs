using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mlnet.Embeddings.Tool.Embedding;

/// <summary>What a folder of parts says about itself: which run it belongs to, and what of that run is finished.</summary>
internal sealed class PartManifest
{
    /// <summary>Of this file's form. A folder of another version is not continued.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>What the rows depend on: input, options, model.</summary>
    public Dictionary<string, string> Run { get; init; } = [];

    /// <summary>The finished parts in order.</summary>
    public List<PartRecord> Parts { get; init; } = [];

    /// <summary>Whether the input has been read to its end.</summary>
    public bool Complete { get; set; }

    public static PartManifest? Read(string path)
    {
        try
        {
            PartManifest? manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), PartManifestContext.Default.PartManifest);
            return manifest is { Version: CurrentVersion, Run: not null, Parts: not null } && !manifest.Parts.Contains(null!) ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Write(string path)
    {
        string temporary = path + ".tmp";
        using (FileStream file = new(temporary, FileMode.Create))
        {
            JsonSerializer.Serialize(file, this, PartManifestContext.Default.PartManifest);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}

[JsonSerializable(typeof(PartManifest))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class PartManifestContext : JsonSerializerContext;
