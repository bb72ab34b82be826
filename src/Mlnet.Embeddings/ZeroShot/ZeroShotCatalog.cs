using Microsoft.ML;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.ZeroShot;

namespace Mlnet.Embeddings;

/// <summary>Classification without labelled rows on <c>mlContext.MulticlassClassification.Trainers</c>.</summary>
public static class ZeroShotCatalog
{
    /// <summary>Classifies embeddings by texts that describe the labels; no row needs a label.</summary>
    /// <inheritdoc cref="ZeroShotTrainer" path="/remarks"/>
    /// <param name="catalog">The trainers.</param>
    /// <param name="labels">The labels, each with texts that say what it stands for.</param>
    /// <param name="model">The model that the column of vectors comes from; null for the bundled one, <see cref="EmbeddingModel.Default"/>.</param>
    /// <param name="featureColumnName">The column of vectors.</param>
    /// <param name="refinement">How the descriptions are refined by the rows that are fitted on; null for not at all.</param>
    /// <exception cref="ArgumentException">There are no labels, one is there twice, or a setting is out of its range.</exception>
    public static ZeroShotTrainer ZeroShot(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        IReadOnlyList<LabelDescription> labels,
        EmbeddingModel? model = null,
        string featureColumnName = "Features",
        LabelRefinementOptions? refinement = null) =>
        catalog.ZeroShot(new ZeroShotTrainerOptions { Labels = labels, Model = model, FeatureColumnName = featureColumnName, Refinement = refinement });

    /// <summary>Classifies embeddings by texts that describe the labels, with all settings.</summary>
    /// <inheritdoc cref="ZeroShotTrainer" path="/remarks"/>
    /// <param name="catalog">The trainers.</param>
    /// <param name="options">The settings; copied.</param>
    /// <exception cref="ArgumentException">There are no labels, one is there twice, or a setting is out of its range.</exception>
    public static ZeroShotTrainer ZeroShot(this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, ZeroShotTrainerOptions options) =>
        new(MlnetAccess.EnvironmentOf(catalog), options);
}
