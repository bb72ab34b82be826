using System.Security.Cryptography;
using System.Text.Json;
using Mlnet.Embeddings.LongTexts;

namespace Mlnet.Embeddings.Onnx;

/// <summary>Settings that change vectors and that no file of the folder holds; a saved pipeline keeps them as a file of their own.</summary>
internal sealed record ModelChoices
{
    public const string FileName = "mlnet_embeddings_onnx.json";

    public string? GraphFile { get; init; }

    public int? MaximumTokens { get; init; }

    /// <summary>The family that the folder's name told.</summary>
    public string? Family { get; init; }

    public string? Pooling { get; init; }

    /// <summary>The heads of a pooling with trained weights, which are a file of their own; null for any other.</summary>
    public int? PoolingHeads { get; init; }

    /// <summary>The SHA-256 of that file.</summary>
    public string? PoolingSha256 { get; init; }

    public bool? IncludePrompt { get; init; }

    public int? TruncateDimensions { get; init; }

    public LongTextMethod? LongTexts { get; init; }

    public static ModelChoices Read(ModelFolder folder)
    {
        JsonObjectFile file = folder.Object(FileName);
        return new ModelChoices
        {
            GraphFile = file.Text("graph_file"),
            MaximumTokens = file.Count("maximum_tokens"),
            Family = file.Text("family"),
            Pooling = file.Text("pooling"),
            PoolingHeads = file.Count("pooling_heads"),
            PoolingSha256 = file.Text("pooling_sha256"),
            IncludePrompt = file.Flag("include_prompt"),
            TruncateDimensions = file.Count("truncate_dimensions"),
            LongTexts = ReadLongTexts(folder, file),
        };
    }

    /// <summary>These, with what is set in the options taking the place of what was kept.</summary>
    public ModelChoices With(OnnxModelOptions options) => (options.Pooling is EncoderPooling pooling ? With(pooling) : this) with
    {
        GraphFile = options.GraphFile ?? GraphFile,
        MaximumTokens = options.MaximumTokens ?? MaximumTokens,
        IncludePrompt = !options.ExcludePromptFromPooling ?? IncludePrompt,
        TruncateDimensions = options.TruncateDimensions ?? TruncateDimensions,
        LongTexts = options.LongTexts ?? LongTexts,
    };

    private ModelChoices With(EncoderPooling pooling)
    {
        PoolingWeights? weights = pooling.Weights;
        return this with { Pooling = pooling.Name, PoolingHeads = weights?.Heads, PoolingSha256 = weights is null ? null : Convert.ToHexStringLower(SHA256.HashData(weights.File)) };
    }

    public byte[] ToFile()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            Write(json, "graph_file", GraphFile);
            Write(json, "maximum_tokens", MaximumTokens);
            Write(json, "family", Family);
            Write(json, "pooling", Pooling);
            Write(json, "pooling_heads", PoolingHeads);
            Write(json, "pooling_sha256", PoolingSha256);
            if (IncludePrompt is bool include)
            {
                json.WriteBoolean("include_prompt", include);
            }

            Write(json, "truncate_dimensions", TruncateDimensions);
            WriteLongTexts(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, int? value)
    {
        if (value is int number)
        {
            json.WriteNumber(name, number);
        }
    }

    private void WriteLongTexts(Utf8JsonWriter json)
    {
        if (LongTexts is null)
        {
            return;
        }

        json.WriteStartObject("long_texts");
        switch (LongTexts)
        {
            case TextTruncation truncation:
                json.WriteString("way", "truncate");
                json.WriteString("kept", truncation.Kept.ToString());
                break;
            case TextChunking chunking:
                json.WriteString("way", "chunk");
                Write(json, "length", chunking.Length);
                json.WriteNumber("overlap", chunking.Overlap);
                break;
            case LateChunking late:
                json.WriteString("way", "late");
                json.WriteNumber("length", late.Length);
                json.WriteNumber("context", late.Context);
                break;
            case TopicChunking topics:
                json.WriteString("way", "topics");
                json.WriteNumber("window_sentences", topics.WindowSentences);
                json.WriteNumber("deviations", topics.Deviations);
                break;
        }

        json.WriteEndObject();
    }

    private static LongTextMethod? ReadLongTexts(ModelFolder folder, JsonObjectFile file)
    {
        const string Property = "long_texts";
        JsonElement root = file[Property];
        if (root.ValueKind == JsonValueKind.Undefined)
        {
            return null;
        }

        JsonObjectFile way = root.ValueKind == JsonValueKind.Object ? new JsonObjectFile(folder, FileName, root) : throw file.Wrong(Property, "an object");
        return way.Text("way") switch
        {
            "truncate" => new TextTruncation(Enum.TryParse(way.Text("kept"), out KeptTokens kept) && Enum.IsDefined(kept) ? kept : throw way.Wrong("kept", "Head, Tail or HeadAndTail")),
            "chunk" => new TextChunking(way.Count("length"), way.Whole("overlap")),
            "late" => new LateChunking(way.Count("length") ?? throw way.Wrong("length", "a number of 1 or more"), way.Whole("context")),
            "topics" => new TopicChunking(way.Count("window_sentences") ?? throw way.Wrong("window_sentences", "a number of 1 or more"), way.Number("deviations")),
            _ => throw way.Wrong("way", "truncate, chunk, late or topics"),
        };
    }
}
