using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Onnx;

namespace Mlnet.Embeddings.Persistence;

/// <summary>The few internals of ML.NET that components need beside saving and loading.</summary>
internal static class MlnetAccess
{
    /// <summary>The environment behind a catalog: where its components log and take their seed from.</summary>
    public static IHostEnvironment EnvironmentOf(TransformsCatalog.TextTransforms catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return ((IInternalCatalog)catalog).Environment;
    }

    /// <inheritdoc cref="EnvironmentOf(TransformsCatalog.TextTransforms)"/>
    public static IHostEnvironment EnvironmentOf(TransformsCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return ((IInternalCatalog)catalog).Environment;
    }

    /// <inheritdoc cref="EnvironmentOf(TransformsCatalog.TextTransforms)"/>
    public static IHostEnvironment EnvironmentOf(DataOperationsCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return ((IInternalCatalog)catalog).Environment;
    }

    /// <inheritdoc cref="EnvironmentOf(TransformsCatalog.TextTransforms)"/>
    public static IHostEnvironment EnvironmentOf(MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return ((IInternalCatalog)catalog).Environment;
    }

    /// <inheritdoc cref="EnvironmentOf(TransformsCatalog.TextTransforms)"/>
    public static IHostEnvironment EnvironmentOf(ClusteringCatalog.ClusteringTrainers catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return ((IInternalCatalog)catalog).Environment;
    }

    /// <summary>The seed that a context was made with; null where it was made without one.</summary>
    public static int? SeedOf(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.Seed;

    /// <summary>Columns as an estimator promises them, before there is data.</summary>
    public static SchemaShape ShapeOf(DataViewSchema schema) => SchemaShape.Create(schema);

    /// <summary>Whether the context was cancelled, as AutoML does with that of a trial.</summary>
    public static bool IsCanceled(IHostEnvironment environment) => environment is ICancelable { IsCanceled: true };

    /// <summary>The model on the GPU that the context names by <c>MLContext.GpuDeviceId</c>; as it is where the context names none.</summary>
    public static EmbeddingModel OnGpuOf(IHostEnvironment environment, EmbeddingModel model) =>
        environment is IHostEnvironmentInternal { GpuDeviceId: int device } context ? model.OnGpu(device, context.FallbackToCpu) : model;

    /// <inheritdoc cref="OnGpuOf(IHostEnvironment, EmbeddingModel)"/>
    public static OnnxReranker OnGpuOf(IHostEnvironment environment, OnnxReranker model) =>
        environment is IHostEnvironmentInternal { GpuDeviceId: int device } context ? model.OnGpu(device, context.FallbackToCpu) : model;
}
