using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Adds the class that each row's nearest labelled rows vote for, and each class's share of the votes. Made by <see cref="NearestNeighborsTrainer"/>, or by loading a saved pipeline.</summary>
public sealed class NearestNeighborsTransformer : ComponentTransformer
{
    internal const string Kind = "NearestNeighbors";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";
    private const string LabelsPart = "labels";

    private readonly NearestNeighborsSettings _settings;
    private readonly ReferenceRows _rows;
    private readonly FittedNumbers<uint> _labels;

    internal NearestNeighborsTransformer(IHostEnvironment environment, NearestNeighborsSettings settings, ReferenceRows rows, FittedNumbers<uint> labels)
        : base(environment)
    {
        (_settings, _rows, _labels) = (settings, rows, labels);
        Classifier = new(ClassNumbers(labels), MulticlassColumns.ClassesOf(labels), settings.Neighbors, settings.Shift);
    }

    /// <summary>The vote over lists of neighbours: its k, and the classes of the fitted rows.</summary>
    public NearestNeighborClassifier Classifier { get; }

    /// <summary>The fitted rows' vectors, as they are searched, and their search for use without ML.NET. Add no rows to it: they would be found, and nothing is kept of them here.</summary>
    public NeighborIndex Index => _rows.Index;

    /// <summary>How distances are rescaled; null where they are not.</summary>
    public HubnessReduction? Reduction => _rows.Reduction;

    internal static NearestNeighborsTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        NearestNeighborsSettings settings = file.Part(SettingsPart, NearestNeighborsJson.Default.NearestNeighborsSettings);
        ReferenceRows rows = ReferenceRows.Read(file);
        return !string.IsNullOrWhiteSpace(settings.Features) && FittedColumn.Read(file.Part(LabelsPart)) is FittedNumbers<uint> { ItemType: KeyDataViewType } labels && labels.Count == rows.Count
            ? new(environment, settings, rows, labels)
            : throw new ArgumentException($"its column is not named, or there is not one label for each of its {rows.Count} rows.");
    }

    /// <summary>Classes from 0, where keys begin at 1.</summary>
    internal static int[] ClassNumbers(FittedNumbers<uint> labels)
    {
        int[] classes = new int[labels.Count];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = (int)labels.Items[i] - 1;
        }

        return classes;
    }

    internal override ComponentFile ToFile()
    {
        Dictionary<string, byte[]> parts = new()
        {
            [SettingsPart] = JsonSerializer.SerializeToUtf8Bytes(_settings, NearestNeighborsJson.Default.NearestNeighborsSettings),
            [LabelsPart] = _labels.ToBytes(),
        };
        _rows.Write(parts);
        return new ComponentFile(Kind, Version, parts);
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema)
    {
        VectorInput vectors = VectorInput.Find(inputSchema, Kind, _settings.Features, _rows.Dimensions);
        return new NearestNeighborsMapper(vectors, MulticlassColumns.Create(_labels, MulticlassColumns.NextSetId(inputSchema)), _rows, Classifier);
    }
}
