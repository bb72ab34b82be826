using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings;

/// <summary>Makes one vector of a column's token states: the estimator behind <c>mlContext.Transforms.PoolTokens</c>.</summary>
/// <remarks>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No; only at the column's annotations, for the states' width</description></item>
/// <item><term>Input column data type</term><description>Vector of <see cref="float"/>, T·d values, or L·T·d for a pooling over L layers; and, where a mask is named, a vector of <see cref="bool"/>, T values</description></item>
/// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>: d values, or as many times d as modes are concatenated; zeros where no token is left</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// <item><term>Source</term><description>Reimers and Gurevych 2019 (Sentence-BERT), Muennighoff 2022 (SGPT); each mode names its own</description></item>
/// </list>
/// </remarks>
public sealed class TokenPoolingEstimator : IEstimator<TokenPoolingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly string _output;
    private readonly string _input;
    private readonly string? _mask;
    private readonly int? _dimensions;
    private readonly StatesPooling _pooling;

    internal TokenPoolingEstimator(IHostEnvironment environment, string outputColumnName, string? inputColumnName, TokenPoolingOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Dimensions ?? 1, 1, nameof(options));
        _environment = environment;
        (_output, _input, _mask) = (outputColumnName, inputColumnName ?? outputColumnName, options.MaskColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(_input, nameof(inputColumnName));
        ArgumentException.ThrowIfNullOrWhiteSpace(_mask ?? "none", nameof(options));
        _dimensions = options.Dimensions;
        _pooling = options.LayerPooling is { } layers ? new StatesPooling.OfLayers(layers) : new StatesPooling.OfTokens(options.Pooling);
    }

    /// <summary>Finds the width of the states; there is nothing to learn.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type, or nothing says how wide its states are.</exception>
    public TokenPoolingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column states = InputColumn.Find(input.Schema, _input, TokenPoolingTransformer.Kind, TokenPoolingTransformer.StatesType, TokenPoolingTransformer.IsStates);
        int dimensions = _dimensions ?? TokenStatesColumn.DimensionsOf(states)
            ?? throw new ArgumentException($"{TokenPoolingTransformer.Kind} cannot tell how wide the states in '{_input}' are: the column has no annotation '{TokenStatesColumn.Dimensions}'. Set {nameof(TokenPoolingOptions)}.{nameof(TokenPoolingOptions.Dimensions)}.");
        TokenPoolingTransformer transformer = new(_environment, _output, _input, _mask, dimensions, _pooling);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumn.Find(inputSchema, _input, TokenPoolingTransformer.Kind, TokenPoolingTransformer.StatesType, c => IsVectorOf(c, NumberDataViewType.Single));
        if (_mask is not null)
        {
            InputColumn.Find(inputSchema, _mask, TokenPoolingTransformer.Kind, TokenPoolingTransformer.MaskType, c => IsVectorOf(c, BooleanDataViewType.Instance));
        }

        // A shape says that a vector has a known size, not which.
        return OutputColumns.AddTo(inputSchema, [VectorColumn.Create(_output, dimensions: 1, isNormalized: false)]);
    }

    private static bool IsVectorOf(SchemaShape.Column column, DataViewType itemType) => column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType == itemType;
}
