using System.Text.Json;

namespace Mlnet.Embeddings.Pooling;

/// <summary>What the <c>config.json</c> of a sentence-transformers Pooling module says (the folder <c>1_Pooling</c>).</summary>
/// <remarks>
/// Two forms are read: one flag a mode (<c>pooling_mode_mean_tokens</c>, …; the mean is on unless turned off), and since version 5.4
/// <c>"pooling_mode"</c> with one name or a list of them. Several flags concatenate in the fixed order cls, max, mean, mean_sqrt_len_tokens,
/// weightedmean, lasttoken; a list concatenates in its own order. What is not known is refused by name, never skipped: it would change the vectors.
/// </remarks>
public sealed class PoolingConfiguration
{
    // The order in which sentence-transformers appends the vectors of several flags.
    private static readonly (string Flag, TokenPooling Mode)[] Known =
    [
        ("pooling_mode_cls_token", new ClsPooling()),
        ("pooling_mode_max_tokens", new MaxPooling()),
        ("pooling_mode_mean_tokens", new MeanPooling()),
        ("pooling_mode_mean_sqrt_len_tokens", new MeanSqrtLengthPooling()),
        ("pooling_mode_weightedmean_tokens", new WeightedMeanPooling()),
        ("pooling_mode_lasttoken", new LastTokenPooling()),
    ];

    private PoolingConfiguration(TokenPooling pooling, bool includePrompt, int? dimensions)
    {
        Pooling = pooling;
        IncludePrompt = includePrompt;
        Dimensions = dimensions;
    }

    /// <summary>The mode, or several concatenated.</summary>
    public TokenPooling Pooling { get; }

    /// <summary>Whether the prompt's tokens take part in pooling; true unless the file says otherwise (INSTRUCTOR, Su et al. 2023, leaves them out).</summary>
    public bool IncludePrompt { get; }

    /// <summary>The width of token states that the file names, d; null where it names none.</summary>
    public int? Dimensions { get; }

    /// <summary>The mode of a given name.</summary>
    /// <param name="name">As sentence-transformers writes it: cls, max, mean, mean_sqrt_len_tokens, weightedmean or lasttoken.</param>
    /// <exception cref="ArgumentException">There is no such mode; the message lists those there are.</exception>
    public static TokenPooling ModeOf(string name) => Find(name)
        ?? throw new ArgumentException($"There is no pooling mode '{name}'; there are {Names}.", nameof(name));

    /// <summary>Reads the file.</summary>
    /// <param name="json">Its contents.</param>
    /// <param name="location">What to call it in messages.</param>
    /// <exception cref="InvalidDataException">It is no JSON object, or has a key, a mode or a value that is not known; the message names it.</exception>
    public static PoolingConfiguration Parse(ReadOnlyMemory<byte> json, string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement, location)
                : throw new InvalidDataException($"'{location}' holds {document.RootElement.ValueKind}; a Pooling module's configuration is a JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{location}' is no valid JSON: {e.Message}", e);
        }
    }

    private static PoolingConfiguration Read(JsonElement root, string location)
    {
        bool[] flags = [.. Known.Select(k => k.Mode is MeanPooling)];
        List<TokenPooling>? named = null;
        bool includePrompt = true;
        int? dimensions = null;
        foreach (JsonProperty property in root.EnumerateObject())
        {
            int flag = Array.FindIndex(Known, k => k.Flag == property.Name);
            if (flag >= 0)
            {
                flags[flag] = Flag(property, location);
                continue;
            }

            switch (property.Name)
            {
                case "pooling_mode":
                    named = NamedModes(property, location);
                    break;
                case "include_prompt":
                    includePrompt = Flag(property, location);
                    break;
                case "word_embedding_dimension" or "embedding_dimension":
                    dimensions = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out int number) && number > 0
                        ? number : throw Wrong(property, location, "a whole number of 1 or more");
                    break;
                default:
                    throw Wrong(property, location, "absent: this version does not know this key");
            }
        }

        List<TokenPooling> modes = named ?? [.. Known.Where((_, i) => flags[i]).Select(k => k.Mode)];
        return modes.Count == 0
            ? throw new InvalidDataException($"'{location}' turns every pooling mode off; turn one on, such as pooling_mode_mean_tokens.")
            : new PoolingConfiguration(modes.Count == 1 ? modes[0] : new ConcatenatedPooling(modes), includePrompt, dimensions);
    }

    private static List<TokenPooling> NamedModes(JsonProperty property, string location)
    {
        List<TokenPooling> modes = [];
        foreach (JsonElement mode in property.Value.ValueKind == JsonValueKind.Array ? property.Value.EnumerateArray().ToArray() : [property.Value])
        {
            TokenPooling? found = mode.ValueKind == JsonValueKind.String ? Find(mode.GetString()!) : null;
            modes.Add(found is not null && !modes.Contains(found) ? found : throw Wrong(property, location, "one of " + Names + ", or a list of different ones"));
        }

        return modes.Count > 0 ? modes : throw Wrong(property, location, "one of " + Names);
    }

    private static string Names => string.Join(", ", Known.Select(k => k.Mode.Name));

    private static TokenPooling? Find(string name) => Array.Find(Known, k => k.Mode.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Mode;

    private static bool Flag(JsonProperty property, string location) =>
        property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? property.Value.GetBoolean() : throw Wrong(property, location, "true or false");

    private static InvalidDataException Wrong(JsonProperty property, string location, string expected)
    {
        string found = property.Value.GetRawText();
        return new InvalidDataException($"'{location}' has \"{property.Name}\": {(found.Length > 60 ? found[..60] + "…" : found)}; it should be {expected}.");
    }
}
