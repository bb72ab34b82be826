using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Depth;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Measures how representative embeddings are of the rows that are fitted on: the estimator behind <c>mlContext.Transforms.EmbeddingDepth</c>.</summary>
/// <remarks>
/// <para>
/// A row's depth is 2 − its mean cosine distance to the fitted rows: high for what is typical of them, low for outliers. The outlier score is the share of the fitted rows that are deeper: 0.99 for a row
/// as far out as their last hundredth. A row that was fitted on is measured like any other. To compare two views as a whole, see <c>mlContext.Embeddings().CompareDepth</c>.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in two passes; no vectors are held, and a number for each row becomes part of the model</description></item>
/// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
/// <item><term>Output column data type</term><description><see cref="float"/>, 0 to 2; when asked for, the outlier score, <see cref="float"/>, 0 to 1</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// <item><term>Source</term><description>Seegmiller and Preum 2023 (transformer-based text embedding depth)</description></item>
/// </list>
/// </remarks>
public sealed class EmbeddingDepthEstimator : IEstimator<EmbeddingDepthTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly EmbeddingDepthSettings _settings;

    internal EmbeddingDepthEstimator(IHostEnvironment environment, EmbeddingDepthSettings settings)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(settings.Input, "inputColumnName");
        OutputColumns.CheckNames(EmbeddingDepthTransformer.Kind, settings.Output, settings.OutlierScore);
        ArgumentNullException.ThrowIfNull(settings.Output, "outputColumnName");
        (_environment, _settings) = (environment, settings);
    }

    /// <summary>Reads the rows twice, for their centre and for how deep they lie.</summary>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two rows, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public EmbeddingDepthTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using CancellationWatch watch = new(_environment);
        return new(_environment, _settings, EmbeddingDepthTransformer.Measured(_environment, input, EmbeddingDepthTransformer.Kind, _settings.Input, watch.Token));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        VectorInput.Check(inputSchema, EmbeddingDepthTransformer.Kind, [_settings.Input]);
        return OutputColumns.AddTo(inputSchema, EmbeddingDepthMapper.Columns(_settings));
    }
}
