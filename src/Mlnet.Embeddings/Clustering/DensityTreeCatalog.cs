using Microsoft.ML;
using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Nested clusters by density on <c>mlContext.Clustering.Trainers</c>.</summary>
public static class DensityTreeCatalog
{
    /// <summary>Finds clusters inside clusters, from dense topics to wide ones, and how many there are.</summary>
    /// <inheritdoc cref="DensityTreeTrainer" path="/remarks"/>
    /// <param name="catalog">The trainers.</param>
    /// <param name="featureColumnName">The column of vectors.</param>
    /// <param name="minimumClusterSize">Rows that hang together below which they are no cluster.</param>
    /// <exception cref="ArgumentException">The column has no name, or a size is out of its range.</exception>
    public static DensityTreeTrainer DensityTree(this ClusteringCatalog.ClusteringTrainers catalog, string featureColumnName = "Features", int minimumClusterSize = 10) =>
        catalog.DensityTree(new DensityTreeTrainerOptions { FeatureColumnName = featureColumnName, Tree = new DensityTreeOptions { MinimumClusterSize = minimumClusterSize } });

    /// <summary>Finds clusters inside clusters, with all settings.</summary>
    /// <inheritdoc cref="DensityTreeTrainer" path="/remarks"/>
    /// <param name="catalog">The trainers.</param>
    /// <param name="options">The settings; copied.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range.</exception>
    public static DensityTreeTrainer DensityTree(this ClusteringCatalog.ClusteringTrainers catalog, DensityTreeTrainerOptions options) => new(MlnetAccess.EnvironmentOf(catalog), options);
}
