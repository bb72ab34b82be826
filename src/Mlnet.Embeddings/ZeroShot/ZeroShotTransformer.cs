using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.ZeroShot;

namespace Mlnet.Embeddings;

/// <summary>Adds the label whose description is most similar to each row, and each label's probability. Made by <see cref="ZeroShotTrainer"/>, or by loading a saved pipeline.</summary>
public sealed class ZeroShotTransformer : ComponentTransformer
{
    internal const string Kind = "ZeroShot";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";
    private const string ClassifierPart = "labels.safetensors";

    private readonly ZeroShotSettings _settings;

    internal ZeroShotTransformer(IHostEnvironment environment, ZeroShotSettings settings, LabelDescriptionClassifier classifier)
        : base(environment) => (_settings, Classifier) = (settings, classifier);

    /// <summary>The labels with their vectors, refined or not, for use without ML.NET.</summary>
    public LabelDescriptionClassifier Classifier { get; }

    internal static ZeroShotTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        ZeroShotSettings settings = file.Part(SettingsPart, ZeroShotJson.Default.ZeroShotSettings);
        return string.IsNullOrWhiteSpace(settings.Features)
            ? throw new ArgumentException("its column is not named.")
            : new(environment, settings, LabelDescriptionClassifier.Load(new MemoryStream(file.Part(ClassifierPart), writable: false)));
    }

    /// <exception cref="ArgumentException">The column is missing, of another type, or of another size than the descriptions' vectors.</exception>
    internal static VectorInput Features(DataViewSchema schema, string column, LabelDescriptionClassifier classifier)
    {
        VectorInput vectors = VectorInput.Find(schema, Kind, [column]);
        return vectors.Dimensions == classifier.Dimensions
            ? vectors
            : throw new ArgumentException($"{Kind}: the labels' descriptions have vectors of {classifier.Dimensions} values, the column '{column}' has {vectors.Dimensions}. Give the model that the column comes from.", nameof(schema));
    }

    internal override ComponentFile ToFile()
    {
        using MemoryStream classifier = new();
        Classifier.Save(classifier);
        return new ComponentFile(Kind, Version, new Dictionary<string, byte[]>
        {
            [SettingsPart] = JsonSerializer.SerializeToUtf8Bytes(_settings, ZeroShotJson.Default.ZeroShotSettings),
            [ClassifierPart] = classifier.ToArray(),
        });
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema) => new ZeroShotMapper(
        Features(inputSchema, _settings.Features, Classifier), MulticlassColumns.Create(FittedColumn.Key(Classifier.Labels), MulticlassColumns.NextSetId(inputSchema)), Classifier);
}
