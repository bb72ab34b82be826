using Mlnet.Embeddings.Clustering;

namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="DensityTreeTrainer"/>.</summary>
public sealed class DensityTreeTrainerOptions
{
    /// <summary>The column of vectors. ML.NET's usual name.</summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>The column to add with the key of each row's innermost cluster, such as <c>3.1.2</c>; empty text for rows that lie in none.</summary>
    public string PathColumnName { get; set; } = "ClusterPath";

    /// <summary>Sizes, metric, and which clusters are predicted.</summary>
    public DensityTreeOptions Tree { get; set; } = new();

    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    internal DensityTreeTrainerOptions Checked()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(FeatureColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(PathColumnName);
        ArgumentNullException.ThrowIfNull(Tree);
        Tree.Validate();
        return new() { FeatureColumnName = FeatureColumnName, PathColumnName = PathColumnName, Tree = Tree.Copy() };
    }
}
