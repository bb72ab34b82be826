using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Classifies by the votes of the nearest fitted rows: the trainer behind <c>mlContext.MulticlassClassification.Trainers.NearestNeighbors</c>.</summary>
/// <remarks>
/// <para>
/// Each of the k nearest labelled rows votes for its class with 1/distance, or 1/δ′ where the distances are rescaled; those that can be negative are shifted by a constant that is fixed by the fit,
/// and what is still 0 or less counts as 1e-12. A class's score is its share of the votes; the scores' sum is 1. Rows without a label are left out of the fit. Vectors that were not fitted on are
/// classified by definition, nothing is fitted anew.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass; all vectors are held and stay part of the model</description></item>
/// <item><term>Is normalization required?</term><description>No</description></item>
/// <item><term>Input label column data type</term><description>Key (<see cref="uint"/>)</description></item>
/// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
/// <item><term>Output column data type</term><description><c>PredictedLabel</c>, a key like the label with what it stands for; <c>Score</c>, a known-sized vector of <see cref="float"/>, a slot for each class with its name</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// <item><term>Source</term><description>Dudani 1976 (votes weighted by distance); Feldbauer and Flexer 2019 (rescaled distances, and the choice of k)</description></item>
/// </list>
/// </remarks>
public sealed class NearestNeighborsTrainer : IEstimator<NearestNeighborsTransformer>
{
    private const string ExpectedLabel = "a key of UInt32, as MapValueToKey makes it";

    private readonly IHostEnvironment _environment;
    private readonly NearestNeighborsTrainerOptions _options;

    internal NearestNeighborsTrainer(IHostEnvironment environment, NearestNeighborsTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _options = options.Checked();
    }

    /// <summary>Reads the labelled rows, prepares them to be searched, and chooses k where it is not given.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no rows with a label, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public NearestNeighborsTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        VectorInput vectors = VectorInput.Find(input.Schema, NearestNeighborsTransformer.Kind, [_options.FeatureColumnName]);
        DataViewSchema.Column column = InputColumn.Find(input.Schema, _options.LabelColumnName, NearestNeighborsTransformer.Kind, ExpectedLabel, type => type is KeyDataViewType && type.RawType == typeof(uint));
        FittedNumbers<uint> labels = (FittedNumbers<uint>)FittedColumn.Of(column);
        int classes = MulticlassColumns.ClassesOf(labels);
        using CancellationWatch watch = new(_environment);
        EmbeddingMatrix matrix = Labelled(FittedRows.Read(_environment, input, vectors, (column, labels)), labels);
        int seed = _options.SeedIn(_environment);
        ReferenceRows rows = ReferenceRows.Fit(matrix, _options.Reduction, _options, seed, watch.Token);
        NearestNeighborClassifier classifier = Choose(rows, labels, classes, _options.Vote(seed), watch.Token);
        return new(_environment, new(_options.FeatureColumnName, classifier.Neighbors, classifier.Shift), rows, labels);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        VectorInput.Check(inputSchema, NearestNeighborsTransformer.Kind, [_options.FeatureColumnName]);
        SchemaShape.Column label = InputColumn.Find(
            inputSchema, _options.LabelColumnName, NearestNeighborsTransformer.Kind, ExpectedLabel, c => c.Kind == SchemaShape.Column.VectorKind.Scalar && c.IsKey && c.ItemType.RawType == typeof(uint));
        return OutputColumns.AddTo(inputSchema, MulticlassColumns.Create(FittedColumn.Promise(label), setId: 1));
    }

    private NearestNeighborClassifier Choose(ReferenceRows rows, FittedNumbers<uint> labels, int count, NearestNeighborOptions options, CancellationToken cancellationToken)
    {
        int[] classes = NearestNeighborsTransformer.ClassNumbers(labels);
        if (rows.Count < 2)
        {
            // One row alone has no neighbours to choose by.
            return new(classes, count, options.K ?? 1, rows.Reduction?.Shift ?? 0);
        }

        NeighborLists lists = rows.QueryRows(Math.Min(options.Neighbors, rows.Count - 1), cancellationToken);
        NearestNeighborClassifier classifier = NearestNeighborClassifier.Fit(lists, classes, count, options, rows.Reduction?.Shift);
        if (options.K is null)
        {
            using IChannel channel = _environment.Start(NearestNeighborsTransformer.Kind);
            channel.Info(string.Create(CultureInfo.InvariantCulture, $"{classifier.Neighbors} neighbours vote; their cross-validated error is {classifier.Errors[classifier.Neighbors - 1]:0.0000}."));
        }

        return classifier;
    }

    // The rows that have a label; the others are told of, and left out.
    private EmbeddingMatrix Labelled(EmbeddingMatrix rows, FittedNumbers<uint> labels)
    {
        int kept = 0;
        for (int i = 0; i < rows.Rows; i++)
        {
            if (labels.Items[i] != 0)
            {
                rows.Row(i).CopyTo(rows.Row(kept++));
            }
        }

        if (kept == 0)
        {
            throw new InvalidOperationException($"{NearestNeighborsTransformer.Kind}: no row has a label in the column '{_options.LabelColumnName}'.");
        }

        if (kept < rows.Rows)
        {
            ComponentLog.Warn(_environment, NearestNeighborsTransformer.Kind, $"{rows.Rows - kept} of {rows.Rows} rows have no label in the column '{_options.LabelColumnName}' and are left out.");
        }

        labels.Remove(0);
        return new(rows.Values[..(kept * rows.Dimensions)].ToArray(), kept, rows.Dimensions);
    }
}
