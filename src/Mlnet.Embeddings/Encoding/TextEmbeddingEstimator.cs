using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings;

/// <summary>Embeds a text column: the estimator behind <c>mlContext.Transforms.Text.EmbedText</c>.</summary>
/// <remarks>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input column data type</term><description>Text</description></item>
/// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, one value a dimension of the model; annotated <c>IsNormalized</c> when the model gives unit vectors</description></item>
/// <item><term>Exportable to ONNX</term><description>No; <c>ConvertToOnnx</c> exports the steps after it, and the embedding becomes an input of their graph</description></item>
/// <item><term>Source</term><description>Sentence embeddings: Reimers and Gurevych 2019 (Sentence-BERT). Static models: Arora et al. 2017 (SIF), Tulkens and van Dongen 2024 (Model2Vec)</description></item>
/// </list>
/// </remarks>
public sealed class TextEmbeddingEstimator : IEstimator<TextEmbeddingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly string _outputColumnName;
    private readonly string _inputColumnName;
    private readonly TextEmbeddingOptions _options;

    internal TextEmbeddingEstimator(IHostEnvironment environment, string outputColumnName, string? inputColumnName, TextEmbeddingOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _outputColumnName = outputColumnName;
        _inputColumnName = inputColumnName ?? outputColumnName;
        ArgumentException.ThrowIfNullOrWhiteSpace(_inputColumnName, nameof(inputColumnName));
        if (!Enum.IsDefined(options.OnEmptyText) || !Enum.IsDefined(options.Storage))
        {
            throw new ArgumentException($"{nameof(options.OnEmptyText)} is {options.OnEmptyText} and {nameof(options.Storage)} is {options.Storage}; use the values that have a name.", nameof(options));
        }

        // A copy: what the caller does to the object later must not reach a pipeline that is built already.
        _options = new TextEmbeddingOptions
        {
            Model = options.Prompt is null ? options.Model : options.Model.WithPrompt(options.Prompt),
            OnEmptyText = options.OnEmptyText,
            Storage = options.Storage,
        };
    }

    /// <summary>Checks the input; there is nothing to learn.</summary>
    /// <exception cref="ArgumentException">The text column is missing or of another type.</exception>
    public TextEmbeddingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        TextEmbeddingTransformer transformer = CreateTransformer();
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    internal TextEmbeddingTransformer CreateTransformer() => new(_environment, _outputColumnName, _inputColumnName, _options.Model, _options.OnEmptyText, _options.Storage);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The text column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumn.Find(
            inputSchema,
            _inputColumnName,
            TextEmbeddingTransformer.Kind,
            "text",
            c => c.Kind == SchemaShape.Column.VectorKind.Scalar && c.ItemType == TextDataViewType.Instance);
        return VectorColumn.AddTo(inputSchema, _outputColumnName, _options.Model.Space.IsNormalized);
    }
}
