using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Depth;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Adds the depth of each row's embedding among the fitted rows, and how far out that is. Made by <see cref="EmbeddingDepthEstimator"/>, or by loading a saved pipeline.</summary>
public sealed class EmbeddingDepthTransformer : ComponentTransformer
{
    internal const string Kind = "EmbeddingDepth";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";
    private const string DepthPart = "depth.safetensors";

    private readonly EmbeddingDepthSettings _settings;

    internal EmbeddingDepthTransformer(IHostEnvironment environment, EmbeddingDepthSettings settings, EmbeddingDepth depth)
        : base(environment) => (_settings, Depth) = (settings, depth);

    /// <summary>The fitted rows' centre and depths, for use without ML.NET.</summary>
    public EmbeddingDepth Depth { get; }

    internal static EmbeddingDepthTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        EmbeddingDepthSettings settings = file.Part(SettingsPart, EmbeddingDepthJson.Default.EmbeddingDepthSettings);
        return string.IsNullOrWhiteSpace(settings.Input) || string.IsNullOrWhiteSpace(settings.Output) || settings.OutlierScore?.Trim() is ""
            ? throw new ArgumentException("its columns are not named.")
            : new(environment, settings, EmbeddingDepth.Load(new MemoryStream(file.Part(DepthPart), writable: false)));
    }

    /// <summary>The depths of a column's rows.</summary>
    /// <exception cref="InvalidOperationException">There are fewer than two rows, or a vector holds NaN or infinity; the message tells column and row.</exception>
    internal static EmbeddingDepth Measured(IHostEnvironment environment, IDataView data, string component, string column, CancellationToken cancellationToken)
    {
        VectorInput input = VectorInput.Find(data.Schema, component, [column]);
        try
        {
            return EmbeddingDepth.Of(new VectorRows(environment, data, input, cancellationToken).Blocks(), cancellationToken);
        }
        catch (ArgumentException e) when (e.ParamName == "blocks")
        {
            // To a caller of ours it is about the data's rows.
            throw new InvalidOperationException($"{component}: column '{column}': {e.Message.Split(" (Parameter '", 2)[0]}", e);
        }
    }

    internal override ComponentFile ToFile()
    {
        using MemoryStream depth = new();
        Depth.Save(depth);
        return new ComponentFile(Kind, Version, new Dictionary<string, byte[]>
        {
            [SettingsPart] = JsonSerializer.SerializeToUtf8Bytes(_settings, EmbeddingDepthJson.Default.EmbeddingDepthSettings),
            [DepthPart] = depth.ToArray(),
        });
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema) => new EmbeddingDepthMapper(VectorInput.Find(inputSchema, Kind, _settings.Input, Depth.Dimensions), _settings, Depth);
}
