using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Adds the nearest cluster of each row, how far each is, and where the row stands in the tree of clusters. Made by <see cref="DensityTreeTrainer"/>, or by loading a saved pipeline.</summary>
public sealed class DensityTreeTransformer : ComponentTransformer
{
    internal const string Kind = "DensityTree";

    private const int Version = 1;
    private const string SettingsPart = "settings.json";
    private const string TreePart = "tree.safetensors";

    private readonly DensityTreeSettings _settings;

    internal DensityTreeTransformer(IHostEnvironment environment, DensityTreeSettings settings, DensityTree tree)
        : base(environment) => (_settings, Tree) = (settings, tree);

    /// <summary>The clusters inside each other, and the fitted rows' places, for use without ML.NET.</summary>
    public DensityTree Tree { get; }

    internal static DensityTreeTransformer Load(IHostEnvironment environment, ComponentFile file)
    {
        ComponentLoader.CheckVersion(file, Version);
        DensityTreeSettings settings = file.Part(SettingsPart, DensityTreeJson.Default.DensityTreeSettings);
        return string.IsNullOrWhiteSpace(settings.Features) || string.IsNullOrWhiteSpace(settings.Path)
            ? throw new ArgumentException("its columns are not named.")
            : new(environment, settings, DensityTree.Load(new MemoryStream(file.Part(TreePart), writable: false)));
    }

    internal override ComponentFile ToFile()
    {
        using MemoryStream tree = new();
        Tree.Save(tree);
        return new ComponentFile(Kind, Version, new Dictionary<string, byte[]>
        {
            [SettingsPart] = JsonSerializer.SerializeToUtf8Bytes(_settings, DensityTreeJson.Default.DensityTreeSettings),
            [TreePart] = tree.ToArray(),
        });
    }

    private protected override BlockMapper Map(DataViewSchema inputSchema)
    {
        DataViewSchema.DetachedColumn[] columns = DensityTreeMapper.Columns([.. Tree.FlatClusters.Select(KeyOf)], MulticlassColumns.NextSetId(inputSchema), _settings.Path);
        return new DensityTreeMapper(VectorInput.Find(inputSchema, Kind, _settings.Features, Tree.Dimensions), columns, Tree);
    }

    // Where nothing lies inside it, the root is the only cluster.
    private static string KeyOf(DensityCluster cluster) => cluster.Key.Length > 0 ? cluster.Key : "all";
}
