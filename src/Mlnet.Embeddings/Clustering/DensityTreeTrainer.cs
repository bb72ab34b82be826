using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Finds nested clusters by density: the trainer behind <c>mlContext.Clustering.Trainers.DensityTree</c>.</summary>
/// <remarks>
/// <para>
/// Rows that are close to each other where it is dense hang together; as the distance grows, dense clusters merge into wider ones, up to all rows. The tree that comes of it is told by keys: <c>3.1.2</c>
/// is the second cluster inside the first inside the third. The number of clusters comes out, it is not asked for; the log tells it.
/// </para>
/// <para>
/// <c>ClusterPath</c> is the key of a row's innermost cluster, empty for noise. <c>PredictedLabel</c> is the nearest cluster of the flat clustering that the most stable ones make, for every row, noise
/// too, as ML.NET's evaluation wants it; <c>Score</c> is the distance to the nearest fitted row of each. New rows go where the fitted rows around them are.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass; all vectors are held and stay part of the model</description></item>
/// <item><term>Is normalization required?</term><description>No</description></item>
/// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
/// <item><term>Output column data type</term><description><c>PredictedLabel</c>, a key (<see cref="uint"/>) that stands for the clusters' keys; <c>Score</c>, a known-sized vector of <see cref="float"/>, distances, a slot for each with its key; <c>ClusterPath</c>, text</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// <item><term>Source</term><description>Haschka and Bakarji 2025 (nested density trees of text embeddings); Campello et al. 2013 (HDBSCAN)</description></item>
/// </list>
/// </remarks>
public sealed class DensityTreeTrainer : IEstimator<DensityTreeTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly DensityTreeTrainerOptions _options;

    internal DensityTreeTrainer(IHostEnvironment environment, DensityTreeTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _options) = (environment, options.Checked());
    }

    /// <summary>Reads the rows and merges them by density.</summary>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are too few rows, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public DensityTreeTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        VectorInput vectors = VectorInput.Find(input.Schema, DensityTreeTransformer.Kind, [_options.FeatureColumnName]);
        using CancellationWatch watch = new(_environment);
        EmbeddingMatrix rows = FittedRows.Read(_environment, input, vectors);
        if (rows.Rows < _options.Tree.MinimumClusterSize)
        {
            throw new InvalidOperationException($"{DensityTreeTransformer.Kind}: the data has {rows.Rows} rows, and a cluster takes {_options.Tree.MinimumClusterSize}. Add rows, or ask for smaller clusters.");
        }

        DensityTree tree = DensityTree.Fit(rows, _options.Tree, watch.Token);
        Tell(tree);
        return new(_environment, new(_options.FeatureColumnName, _options.PathColumnName), tree);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        VectorInput.Check(inputSchema, DensityTreeTransformer.Kind, [_options.FeatureColumnName]);
        return OutputColumns.AddTo(inputSchema, DensityTreeMapper.Columns(["1"], setId: 1, _options.PathColumnName));
    }

    private void Tell(DensityTree tree)
    {
        int noise = 0;
        foreach (int label in tree.Labels)
        {
            noise += label < 0 ? 1 : 0;
        }

        using IChannel channel = _environment.Start(DensityTreeTransformer.Kind);
        channel.Info(string.Create(CultureInfo.InvariantCulture, $"{tree.Clusters.Count} clusters inside each other, {tree.FlatClusters.Count} of them predicted; {noise} of {tree.Count} rows lie in none of these."));
    }
}
