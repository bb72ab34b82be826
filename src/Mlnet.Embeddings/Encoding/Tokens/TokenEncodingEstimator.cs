using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Onnx;

namespace Mlnet.Embeddings;

/// <summary>Gives the states of a text column's tokens: the estimator behind <c>mlContext.Transforms.Text.EncodeTokens</c>.</summary>
/// <remarks>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input column data type</term><description>Text</description></item>
/// <item><term>Output column data type</term><description>Variable-sized vector of <see cref="float"/>: T·d values, token after token, annotated <c>TokenDimensions</c> with d; of a model that was opened with a pooling over L layers (<see cref="EncoderPooling.Layers"/>) L·T·d, layer after layer, annotated <c>TokenLayers</c> with L. When asked for: which tokens take part in pooling (variable-sized vector of <see cref="bool"/>, T values)</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// <item><term>Source</term><description>Vaswani et al. 2017; Devlin et al. 2019 (BERT)</description></item>
/// </list>
/// <para>Special tokens and those of the prompt are among the T. A text that is too long is cut off, whatever the model's way with long texts. <c>EmbedText</c> does this and
/// <c>PoolTokens</c> in one, and keeps no states. The model runs where it was opened for: on a GPU open it with <c>Provider</c> and without <c>Fuse</c>, since a fused
/// graph keeps its states to itself; <c>MLContext.GpuDeviceId</c> alone does not move it.</para>
/// </remarks>
public sealed class TokenEncodingEstimator : IEstimator<TokenEncodingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly TokenEncodingColumns _columns;
    private readonly OnnxModel _model;
    private readonly OnEmptyText _onEmptyText;
    private readonly ModelStorage _storage;
    private readonly int _dimensions;
    private readonly int _layers;

    internal TokenEncodingEstimator(IHostEnvironment environment, string outputColumnName, string? inputColumnName, TokenEncodingOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _columns = new TokenEncodingColumns(outputColumnName, inputColumnName ?? outputColumnName, options.MaskColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(_columns.Input, nameof(inputColumnName));
        OutputColumns.CheckNames(TokenEncodingTransformer.Kind, _columns.Output, _columns.Mask);
        EmbeddingModel model = options.PromptedModel();
        _model = model as OnnxModel
            ?? throw new ArgumentException($"{TokenEncodingTransformer.Kind} wants a transformer ({nameof(OnnxModel)}) with one prompt at most; '{model.Space.ModelName}' is {ModelKind.Of(model)}.", nameof(options));
        _onEmptyText = options.OnEmptyText;
        _storage = options.Storage;
        (_dimensions, _layers) = SizesOf(_model);
    }

    /// <summary>Checks the input; there is nothing to learn.</summary>
    /// <exception cref="ArgumentException">The text column is missing or of another type.</exception>
    public TokenEncodingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        TokenEncodingTransformer transformer = CreateTransformer();
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    internal TokenEncodingTransformer CreateTransformer() => new(_environment, _columns, _model, _dimensions, _layers, _onEmptyText, _storage);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The text column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumn.FindText(inputSchema, _columns.Input, TokenEncodingTransformer.Kind);
        return OutputColumns.AddTo(inputSchema, TokenEncodingMapper.Columns(_columns, _dimensions, _layers));
    }

    // A model without token states says so here, before there is data.
    private static (int Dimensions, int Layers) SizesOf(OnnxModel model)
    {
        try
        {
            EncodedText text = model.EncodeTokens(["a".AsMemory()])[0];
            return (text.Dimensions, text.Layers);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException($"{TokenEncodingTransformer.Kind} cannot take the model '{model.Space.ModelName}': {e.Message}", nameof(model), e);
        }
    }
}
