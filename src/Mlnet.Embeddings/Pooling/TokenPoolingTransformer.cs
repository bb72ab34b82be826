using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings;

/// <summary>Adds a column with one vector for a row's token states. Made by <see cref="TokenPoolingEstimator"/>, or by loading a saved pipeline.</summary>
public sealed class TokenPoolingTransformer : ComponentTransformer
{
    internal const string Kind = "PoolTokens";
    internal const string StatesType = "a vector of Single";
    internal const string MaskType = "a vector of Boolean";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";

    private readonly TokenPoolingSettings _settings;
    private readonly StatesPooling _pooling;

    internal TokenPoolingTransformer(IHostEnvironment environment, string output, string input, string? mask, int dimensions, StatesPooling pooling)
        : base(environment)
    {
        _settings = new TokenPoolingSettings(output, input, mask, dimensions, []);
        _pooling = pooling;
        Dimensions = pooling.OutputDimensions(dimensions);
    }

    /// <summary>Values of the vector.</summary>
    public int Dimensions { get; }

    /// <summary>The pooling, to be used without ML.NET or in a model; null where states of several layers are pooled.</summary>
    public TokenPooling? Pooling => (_pooling as StatesPooling.OfTokens)?.Pooling;

    /// <summary>The pooling of several layers' states; null where there is one layer.</summary>
    public MultiLayerAttentionPooling? LayerPooling => (_pooling as StatesPooling.OfLayers)?.Pooling;

    /// <summary>The losses of its training, epoch by epoch; null where it was not trained by this estimator, and in a pipeline that was loaded.</summary>
    public AdapterTrainingCurve? Curve { get; internal init; }

    internal static bool IsStates(DataViewType type) => type is VectorDataViewType { ItemType: NumberDataViewType item } && item == NumberDataViewType.Single;

    internal static TokenPoolingTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        TokenPoolingSettings settings = file.Part(SettingsPart, TokenPoolingJson.Default.TokenPoolingSettings);
        ArgumentException.ThrowIfNullOrWhiteSpace(settings.Output, nameof(settings.Output));
        ArgumentException.ThrowIfNullOrWhiteSpace(settings.Input, nameof(settings.Input));
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Dimensions, 1, nameof(settings.Dimensions));
        return new TokenPoolingTransformer(environment, settings.Output, settings.Input, settings.Mask, settings.Dimensions, StoredPooling.Open(settings.Pooling, file));
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema)
    {
        DataViewSchema.Column states = InputColumn.Find(inputSchema, _settings.Input, Kind, StatesType, IsStates);
        if (TokenStatesColumn.DimensionsOf(states) is int found && found != _settings.Dimensions)
        {
            throw new ArgumentException($"{Kind} pools states of {_settings.Dimensions} values; those of the column '{states.Name}' have {found}. They are not of the same model.");
        }

        if (TokenStatesColumn.LayersOf(states) is int layers && layers != _pooling.Layers)
        {
            throw new ArgumentException($"{Kind} pools states of {Several(_pooling.Layers)}; the column '{states.Name}' has those of {Several(layers)}. Pool several by {nameof(TokenPoolingOptions)}.{nameof(TokenPoolingOptions.LayerPooling)}.");
        }

        if (states.Type is VectorDataViewType { Size: int size } && size % (_settings.Dimensions * _pooling.Layers) != 0)
        {
            throw new ArgumentException($"{Kind} pools states of {_settings.Dimensions} values in {Several(_pooling.Layers)}; the column '{states.Name}' has {size}, which are no whole number of them.");
        }

        DataViewSchema.Column? mask = _settings.Mask is null ? null
            : InputColumn.Find(inputSchema, _settings.Mask, Kind, MaskType, type => type is VectorDataViewType { ItemType: BooleanDataViewType });
        return new TokenPoolingMapper(states, mask, VectorColumn.Create(_settings.Output, Dimensions, isNormalized: false), _settings.Dimensions, _pooling);
    }

    private static string Several(int layers) => layers == 1 ? "1 layer" : $"{layers} layers";

    internal override ComponentFile ToFile()
    {
        Dictionary<string, byte[]> parts = [];
        TokenPoolingSettings settings = _settings with { Pooling = StoredPooling.Keep(_pooling, parts) };
        parts.Add(SettingsPart, JsonSerializer.SerializeToUtf8Bytes(settings, TokenPoolingJson.Default.TokenPoolingSettings));
        return new ComponentFile(Kind, Version, parts);
    }
}
