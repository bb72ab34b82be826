using Microsoft.ML;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Classification by neighbours on <c>mlContext.MulticlassClassification.Trainers</c>.</summary>
public static class NearestNeighborsCatalog
{
    /// <summary>Classifies by the nearest fitted rows, whose votes weigh the more the nearer they are.</summary>
    /// <inheritdoc cref="NearestNeighborsTrainer" path="/remarks"/>
    /// <param name="catalog">The trainers.</param>
    /// <param name="labelColumnName">The column of labels: keys, as <c>MapValueToKey</c> makes them.</param>
    /// <param name="featureColumnName">The column of vectors.</param>
    /// <param name="neighbors">How many rows vote, k; null for what cross-validation finds best between 2 and 19.</param>
    /// <param name="reduction">How distances are rescaled against hubs; null for not at all.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range.</exception>
    public static NearestNeighborsTrainer NearestNeighbors(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Features",
        int? neighbors = null,
        HubnessReductionKind? reduction = null) =>
        catalog.NearestNeighbors(new NearestNeighborsTrainerOptions { LabelColumnName = labelColumnName, FeatureColumnName = featureColumnName, Neighbors = neighbors, Reduction = reduction });

    /// <summary>Classifies by the nearest fitted rows, with all settings.</summary>
    /// <inheritdoc cref="NearestNeighborsTrainer" path="/remarks"/>
    /// <param name="catalog">The trainers.</param>
    /// <param name="options">The settings; copied.</param>
    /// <exception cref="ArgumentException">A column has no name, or a setting is out of its range.</exception>
    public static NearestNeighborsTrainer NearestNeighbors(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, NearestNeighborsTrainerOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), options);
}
