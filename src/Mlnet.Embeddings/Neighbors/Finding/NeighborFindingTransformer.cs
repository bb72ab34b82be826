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

/// <summary>Adds columns with the nearest fitted rows of each row. Made by <see cref="NeighborFindingEstimator"/>, or by loading a saved pipeline.</summary>
public sealed class NeighborFindingTransformer : ComponentTransformer
{
    internal const string Kind = "FindNeighbors";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";
    private const string KeysPart = "keys";
    private const string ColumnPart = "column/";

    private readonly NeighborFindingSettings _settings;
    private readonly ReferenceRows _rows;
    private readonly FittedColumn? _keys;
    private readonly FittedColumn[] _columns;
    private readonly int _wanted;

    internal NeighborFindingTransformer(IHostEnvironment environment, NeighborFindingSettings settings, ReferenceRows rows, FittedColumn? keys, FittedColumn[] columns)
        : base(environment)
    {
        // As many more as one key can be left out of.
        int excluded = settings.ExcludedKey is null ? 0 : keys!.MostAlike();
        if (settings.Neighbors < 1 || settings.Neighbors > rows.Count - excluded)
        {
            string rest = excluded > 0 ? $", of which {excluded} have one key" : "";
            throw new ArgumentException($"{Kind}: {settings.Neighbors} neighbours are asked for, and there are {rows.Count} rows to find{rest}. Ask for fewer, or fit on more rows.");
        }

        (_settings, _rows, _keys, _columns, _wanted) = (settings, rows, keys, columns, settings.Neighbors + excluded);
    }

    /// <summary>The fitted rows' vectors, as they are searched, and their search for use without ML.NET. Add no rows to it: they would be found, and nothing is kept of them here.</summary>
    public NeighborIndex Index => _rows.Index;

    /// <summary>How distances are rescaled; null where they are not.</summary>
    public HubnessReduction? Reduction => _rows.Reduction;

    internal static NeighborFindingTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        NeighborFindingSettings settings = file.Part(SettingsPart, NeighborFindingJson.Default.NeighborFindingSettings);
        if (Array.Exists([settings.Input, settings.Output, settings.Distance, settings.ExcludedKey ?? "none", .. settings.Columns], string.IsNullOrWhiteSpace) || (settings.ExcludedKey is not null && !settings.HasKeys))
        {
            throw new ArgumentException("its columns are not named, or keys are left out that it has not.");
        }

        OutputColumns.CheckNames(Kind, [settings.Output, settings.Distance, .. settings.Columns]);
        ReferenceRows rows = ReferenceRows.Read(file);
        return new(environment, settings, rows, settings.HasKeys ? Column(KeysPart) : null, [.. settings.Columns.Select((_, i) => Column(ColumnPart + i))]);

        FittedColumn Column(string part)
        {
            FittedColumn column = FittedColumn.Read(file.Part(part));
            return column.Count == rows.Count ? column : throw new ArgumentException($"there are {rows.Count} rows, and '{part}' has {column.Count} values.");
        }
    }

    internal static DataViewSchema.DetachedColumn Numbers(string name, int count) => new(name, new VectorDataViewType(NumberDataViewType.Int32, count));

    internal static DataViewSchema.DetachedColumn Distances(string name, int count) => new(name, new VectorDataViewType(NumberDataViewType.Single, count));

    internal override ComponentFile ToFile()
    {
        Dictionary<string, byte[]> parts = new() { [SettingsPart] = JsonSerializer.SerializeToUtf8Bytes(_settings, NeighborFindingJson.Default.NeighborFindingSettings) };
        _rows.Write(parts);
        if (_keys is not null)
        {
            parts.Add(KeysPart, _keys.ToBytes());
        }

        for (int i = 0; i < _columns.Length; i++)
        {
            parts.Add(ColumnPart + i, _columns[i].ToBytes());
        }

        return new ComponentFile(Kind, Version, parts);
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema)
    {
        VectorInput vectors = VectorInput.Find(inputSchema, Kind, _settings.Input, _rows.Dimensions);
        DataViewSchema.Column? key = _settings.ExcludedKey is string name ? InputColumn.Find(inputSchema, name, Kind, _keys!.ItemType.ToString()!, type => type.Equals(_keys.ItemType)) : null;
        int count = _settings.Neighbors;
        DataViewSchema.DetachedColumn[] outputs =
            [_keys?.Column(_settings.Output, count) ?? Numbers(_settings.Output, count), Distances(_settings.Distance, count), .. _columns.Select((c, i) => c.Column(_settings.Columns[i], count))];
        return new NeighborFindingMapper(vectors, key, outputs, _rows, (count, _wanted), _keys, _columns);
    }
}
