using System.Text.Json;

namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>What <c>adapter.json</c> says that is needed to use an adapter: the model it was trained for, and which files it is made of.</summary>
/// <param name="Model">The space of the vectors that go in.</param>
/// <param name="Prompt">The name of the prompt that texts were embedded under; null for none, or for those of each role.</param>
/// <param name="OutputDimensions">Values of the vectors that come out.</param>
/// <param name="Files">The weights: file name → SHA-256 in lower-case hexadecimal digits.</param>
internal sealed record AdapterManifest(VectorSpace Model, string? Prompt, int OutputDimensions, IReadOnlyDictionary<string, string> Files)
{
    public const string Name = "adapter.json";

    /// <summary>The weights of an adapter of one tower.</summary>
    public const string OneTower = "adapter.safetensors";

    /// <summary>The weights of the queries' tower.</summary>
    public const string QueryTower = "query.safetensors";

    /// <summary>The weights of the passages' tower.</summary>
    public const string PassageTower = "passage.safetensors";

    private const string Format = "mlnet-embeddings/adapter";
    private const int Version = 1;
    private const int MaximumBytes = 1 << 20;
    private const int MaximumDimensions = 1 << 20;
    private const int HashDigits = 64;

    /// <summary>Whether queries and passages have weights of their own.</summary>
    public bool HasTwoTowers => !Files.ContainsKey(OneTower);

    /// <summary>Reads the file.</summary>
    /// <exception cref="ToolException">It is not there, something else, or of a later version.</exception>
    public static AdapterManifest Read(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists)
        {
            throw new ToolException($"'{Path.GetDirectoryName(path)}' holds no adapter: it has no {Name}. Give the folder that 'mlnet-embed adapt --output' has written.");
        }

        if (file.Length > MaximumBytes)
        {
            throw Bad(path, $"it has {file.Length} bytes, where some thousand are expected");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement, path);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw Bad(path, exception.Message.TrimEnd('.'), exception);
        }
    }

    /// <summary>Writes what <see cref="Read(string)"/> needs, into an object that is begun.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("format", Format);
        writer.WriteNumber("version", Version);
        writer.WriteStartObject("model");
        writer.WriteString("name", Model.ModelName);
        writer.WriteString("hash", Model.ModelHash);
        writer.WriteString("pooling", Model.Pooling);
        writer.WriteString("post_processing", Model.PostProcessing);
        writer.WriteNumber("dimensions", Model.Dimensions);
        writer.WriteEndObject();
        writer.WriteString("prompt", Prompt);
        writer.WriteNumber("output_dimensions", OutputDimensions);
        writer.WriteStartObject("files");
        foreach ((string name, string hash) in Files)
        {
            writer.WriteString(name, hash);
        }

        writer.WriteEndObject();
    }

    private static AdapterManifest Read(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object || Find(root, "format", path).GetString() != Format)
        {
            throw Bad(path, $"its format is not '{Format}'");
        }

        int version = Find(root, "version", path).GetInt32();
        if (version is < 1 or > Version)
        {
            throw version > Version
                ? new ToolException($"'{path}' is of version {version}, and this {MlnetEmbed.Name} reads {Version}. Update {MlnetEmbed.Name}, or train the adapter again.")
                : Bad(path, $"it is of version {version}, and there is none below 1");
        }

        JsonElement model = Find(root, "model", path);
        VectorSpace space = new(Text(model, "name", path), Text(model, "hash", path), "", Text(model, "pooling", path), Text(model, "post_processing", path), Dimensions(model, "dimensions", path));
        return new(space, Find(root, "prompt", path).GetString(), Dimensions(root, "output_dimensions", path), ReadFiles(Find(root, "files", path), path));
    }

    // Only these names: a file elsewhere is nobody's business.
    private static Dictionary<string, string> ReadFiles(JsonElement files, string path)
    {
        Dictionary<string, string> hashes = new(StringComparer.Ordinal);
        foreach (JsonProperty file in files.EnumerateObject())
        {
            string hash = file.Value.GetString() ?? "";
            if (!hashes.TryAdd(file.Name, hash) || hash.Length != HashDigits || !hash.All(char.IsAsciiHexDigitLower))
            {
                throw Bad(path, $"'files' should give '{file.Name}' a SHA-256 once");
            }
        }

        return hashes.Keys.Order(StringComparer.Ordinal).SequenceEqual([OneTower]) || hashes.Keys.Order(StringComparer.Ordinal).SequenceEqual([PassageTower, QueryTower])
            ? hashes
            : throw Bad(path, $"'files' should name {OneTower}, or {QueryTower} and {PassageTower}");
    }

    private static JsonElement Find(JsonElement parent, string name, string path) => parent.TryGetProperty(name, out JsonElement value) ? value : throw Bad(path, $"'{name}' is missing");

    private static string Text(JsonElement parent, string name, string path) => Find(parent, name, path).GetString() ?? throw Bad(path, $"'{name}' is null");

    private static int Dimensions(JsonElement parent, string name, string path) =>
        Find(parent, name, path).GetInt32() is int value and >= 1 and <= MaximumDimensions ? value : throw Bad(path, $"'{name}' is not between 1 and {MaximumDimensions}");

    private static ToolException Bad(string path, string what, Exception? inner = null) => new($"'{path}' is no description of an adapter: {what}. Train the adapter again.", inner);
}
