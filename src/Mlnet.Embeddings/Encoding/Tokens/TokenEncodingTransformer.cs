using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Onnx;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Adds a column with the token states of a text column. Made by <see cref="TokenEncodingEstimator"/>, or by loading a saved pipeline.</summary>
public sealed class TokenEncodingTransformer : ComponentTransformer
{
    internal const string Kind = "EncodeTokens";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";

    private readonly TokenEncodingColumns _columns;
    private readonly OnnxModel _model;
    private readonly OnEmptyText _onEmptyText;
    private readonly ModelStorage _storage;

    internal TokenEncodingTransformer(IHostEnvironment environment, TokenEncodingColumns columns, OnnxModel model, int dimensions, int layers, OnEmptyText onEmptyText, ModelStorage storage)
        : base(environment)
    {
        (_columns, _model, Dimensions, Layers, _onEmptyText, _storage) = (columns, model, dimensions, layers, onEmptyText, storage);
        bool lacksMask = columns.Mask is null && model.Tokenize("").IsPooled.Contains(false);
        ComponentLog.Warn(
            environment,
            Kind,
            lacksMask ? [.. _model.Warnings, $"The model '{model.Space.ModelName}' leaves its prompt out of pooling, and '{columns.Output}' has no mask beside it: averages over it will take the prompt in. Set {nameof(TokenEncodingOptions)}.{nameof(TokenEncodingOptions.MaskColumnName)}."] : _model.Warnings);
    }

    /// <summary>Values a token's state, d.</summary>
    public int Dimensions { get; }

    /// <summary>How many states a token has, layer after layer: 1 unless the model's pooling is over several.</summary>
    public int Layers { get; }

    internal static TokenEncodingTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        TokenEncodingSettings settings = file.Part(SettingsPart, TokenEncodingJson.Default.TokenEncodingSettings);
        TokenEncodingOptions options = new()
        {
            Model = settings.Model.Open(file),
            OnEmptyText = settings.OnEmptyText,
            Storage = settings.Model.Storage,
            MaskColumnName = settings.Columns.Mask,
        };
        return new TokenEncodingEstimator(environment, settings.Columns.Output, settings.Columns.Input, options).CreateTransformer();
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema) =>
        new TokenEncodingMapper(InputColumn.FindText(inputSchema, _columns.Input, Kind), _columns, _model, Dimensions, Layers, _onEmptyText);

    internal override ComponentFile ToFile()
    {
        Dictionary<string, byte[]> parts = [];
        TokenEncodingSettings settings = new(_columns, _onEmptyText, StoredModel.Keep(_model, _storage, parts));
        parts.Add(SettingsPart, JsonSerializer.SerializeToUtf8Bytes(settings, TokenEncodingJson.Default.TokenEncodingSettings));
        return new ComponentFile(Kind, Version, parts);
    }
}

/// <summary>What a saved <see cref="TokenEncodingTransformer"/> keeps.</summary>
internal sealed record TokenEncodingSettings(TokenEncodingColumns Columns, OnEmptyText OnEmptyText, StoredModel Model);

/// <summary>The same as JSON.</summary>
[JsonSerializable(typeof(TokenEncodingSettings))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class TokenEncodingJson : JsonSerializerContext;
