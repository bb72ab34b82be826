using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Adds columns with adapted embeddings. Made by <see cref="EmbeddingAdaptingEstimator"/>, or by loading a saved pipeline.</summary>
/// <remarks>Of a pair's two columns one may be missing, as that of the queries is where documents are indexed: what would be made of it is then not added.</remarks>
public sealed class EmbeddingAdaptingTransformer : ComponentTransformer
{
    internal const string Kind = "AdaptEmbedding";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";
    private const string TowersPart = "towers.safetensors";
    private const string ClassifierPart = "classifier.safetensors";

    private readonly EmbeddingAdaptingSettings _settings;

    internal EmbeddingAdaptingTransformer(IHostEnvironment environment, EmbeddingAdaptingSettings settings, TwoTowerAdapter towers, AdapterClassifier? classifier)
        : base(environment) => (_settings, Towers, Classifier) = (settings, towers, classifier);

    /// <summary>The adapter; with two towers that of the input column.</summary>
    public EmbeddingAdapter Adapter => Towers.Query;

    /// <summary>The adapters of the input and of its partner, one and the same but for a <see cref="TwoTowerArchitecture"/>; for use in another pipeline or without ML.NET.</summary>
    public TwoTowerAdapter Towers { get; }

    /// <summary>The adapter with the softmax over classes that was trained above it; null where there was none.</summary>
    public AdapterClassifier? Classifier { get; }

    /// <summary>What the adapter changed on the rows held out; null where none were, and in a pipeline that was loaded.</summary>
    public AdapterReport? Report { get; internal init; }

    /// <summary>How the training went; null in a pipeline that was loaded.</summary>
    public AdapterTrainingResult? Training { get; internal init; }

    internal static EmbeddingAdaptingTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        EmbeddingAdaptingSettings settings = file.Part(SettingsPart, EmbeddingAdaptingJson.Default.EmbeddingAdaptingSettings);
        using MemoryStream stream = new(file.Part(TowersPart), writable: false);
        TwoTowerAdapter towers = TwoTowerAdapter.Load(stream);
        AdapterClassifier? classifier = file.Parts.TryGetValue(ClassifierPart, out byte[]? part) ? (AdapterClassifier)VectorTransform.Load(new MemoryStream(part, writable: false)) : null;
        bool areNamed = settings.Columns.Length > 0 && settings.Columns.All(c => c is not null && Enum.IsDefined(c.Role) && !string.IsNullOrWhiteSpace(c.Input) && !string.IsNullOrWhiteSpace(c.Output));
        bool haveClasses = classifier is not null ? settings.ClassNames is null || settings.ClassNames.Length == classifier.Classes : areNamed && !settings.Columns.Any(c => c.Role == AdaptedRole.Probabilities);
        return areNamed && haveClasses ? new(environment, settings, towers, classifier) : throw new ArgumentException("its columns are not named, or its classes are missing.");
    }

    internal override ComponentFile ToFile()
    {
        Dictionary<string, byte[]> parts = new()
        {
            [SettingsPart] = JsonSerializer.SerializeToUtf8Bytes(_settings, EmbeddingAdaptingJson.Default.EmbeddingAdaptingSettings),
            [TowersPart] = Bytes(Towers.Save),
        };
        if (Classifier is not null)
        {
            parts.Add(ClassifierPart, Bytes(Classifier.Save));
        }

        return new ComponentFile(Kind, Version, parts);
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema) => new CompositeMapper([.. Present(inputSchema).Select(column => Map(inputSchema, column))]);

    private protected override IDataView View(IDataView input, Binding binding) => new OnnxDataView(Environment, input, binding, this, graph =>
    {
        foreach (AdaptedColumn column in Present(input.Schema))
        {
            VectorTransform transform = TransformOf(column.Role);
            graph.Append(Kind, [column.Input], column.Output, transform.OutputDimensions, transform);
        }
    });

    // Where no column is there, the first is looked for, and missed by name.
    private AdaptedColumn[] Present(DataViewSchema schema)
    {
        AdaptedColumn[] present = Array.FindAll(_settings.Columns, column => schema.GetColumnOrNull(column.Input) is not null);
        return present.Length > 0 ? present : _settings.Columns[..1];
    }

    private VectorMappingMapper Map(DataViewSchema schema, AdaptedColumn column)
    {
        VectorTransform transform = TransformOf(column.Role);
        VectorInput input = VectorInput.Find(schema, Kind, column.Input, transform.InputDimensions);
        string[]? names = column.Role == AdaptedRole.Probabilities ? _settings.ClassNames : null;
        return new(input, VectorColumn.Create(column.Output, transform.OutputDimensions, transform.IsNormalized, names), transform, QuantizedForm.Values);
    }

    private VectorTransform TransformOf(AdaptedRole role) => role switch
    {
        AdaptedRole.Query => Towers.Query,
        AdaptedRole.Passage => Towers.Passage,
        _ => Classifier!,
    };

    private static byte[] Bytes(Action<Stream> save)
    {
        using MemoryStream stream = new();
        save(stream);
        return stream.ToArray();
    }
}
