using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Finds each row's nearest neighbours among the rows it was fitted on: the estimator behind <c>mlContext.Transforms.FindNeighbors</c>.</summary>
/// <remarks>
/// <para>
/// Rows that were not fitted on are found neighbours for just the same, and become none themselves. A row that was fitted on is treated like any other: it is its own nearest neighbour unless
/// <see cref="NeighborFindingOptions.ExcludeSameKey"/> leaves it out, and one of the neighbours that its scale comes from where there is a reduction. Distances are those of the metric, or those that the reduction makes of them; equally near rows stand in an order that is shuffled
/// with the seed.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass; all vectors are held, and the columns handed out</description></item>
/// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
/// <item><term>Output column data type</term><description>Known-sized vectors of k items, nearest row first: keys (of the key column's type; <see cref="int"/> row numbers without one), distances (<see cref="float"/>), and each column handed out (text, numbers, booleans, keys)</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// <item><term>Source</term><description>Malkov and Yashunin 2020 (the graph of large sets); Feldbauer and Flexer 2019 (rescaled distances)</description></item>
/// </list>
/// </remarks>
public sealed class NeighborFindingEstimator : IEstimator<NeighborFindingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly string _output;
    private readonly string _input;
    private readonly NeighborFindingOptions _options;

    internal NeighborFindingEstimator(IHostEnvironment environment, string outputColumnName, string inputColumnName, NeighborFindingOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _output = outputColumnName;
        _input = inputColumnName;
        _options = options.Checked();
        OutputColumns.CheckNames(NeighborFindingTransformer.Kind, [_output, Distance, .. _options.Columns.Select(c => c.OutputColumnName)]);
    }

    private string Distance => _options.DistanceColumnName ?? _output + "Distance";

    private IEnumerable<string> KeptColumns => _options.Columns.Select(c => c.InputColumnName);

    /// <summary>Reads the rows and prepares them to be searched; fits the reduction where there is one.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type, or there are fewer rows than neighbours.</exception>
    /// <exception cref="InvalidOperationException">There are no rows to fit on, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public NeighborFindingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        VectorInput vectors = VectorInput.Find(input.Schema, NeighborFindingTransformer.Kind, [_input]);
        DataViewSchema.Column? keyColumn = _options.KeyColumnName is string name ? Find(input.Schema, name) : null;
        (DataViewSchema.Column Column, FittedColumn Values)[] columns = [.. KeptColumns.Select(c => Find(input.Schema, c)).Select(c => (c, FittedColumn.Of(c)))];
        FittedColumn? keys = keyColumn is DataViewSchema.Column column ? FittedColumn.Of(column) : null;
        using CancellationWatch watch = new(_environment);
        EmbeddingMatrix matrix = FittedRows.Read(_environment, input, vectors, keys is null ? columns : [.. columns, (keyColumn!.Value, keys)]);
        ReferenceRows rows = ReferenceRows.Fit(matrix, _options.Reduction, _options, _options.SeedIn(_environment), watch.Token);
        NeighborFindingSettings settings = new(
            _input, _output, Distance, _options.Neighbors, _options.ExcludeSameKey ? _options.KeyColumnName : null, keys is not null, [.. _options.Columns.Select(c => c.OutputColumnName)]);
        return new(_environment, settings, rows, keys, [.. columns.Select(c => c.Values)]);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        VectorInput.Check(inputSchema, NeighborFindingTransformer.Kind, [_input]);
        DataViewSchema.DetachedColumn keys = _options.KeyColumnName is string name
            ? FittedColumn.Promise(_output, Find(inputSchema, name))
            : NeighborFindingTransformer.Numbers(_output, 1);
        return OutputColumns.AddTo(
            inputSchema,
            [keys, NeighborFindingTransformer.Distances(Distance, 1), .. _options.Columns.Select(c => FittedColumn.Promise(c.OutputColumnName, Find(inputSchema, c.InputColumnName)))]);
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name) => InputColumn.Find(schema, name, NeighborFindingTransformer.Kind, FittedTypes.Expected, FittedTypes.Has);

    private static SchemaShape.Column Find(SchemaShape schema, string name) => InputColumn.Find(schema, name, NeighborFindingTransformer.Kind, FittedTypes.Expected, FittedTypes.Has);
}
