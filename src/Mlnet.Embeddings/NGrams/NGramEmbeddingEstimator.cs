using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.NGrams;

namespace Mlnet.Embeddings;

/// <summary>Embeds texts as sums over their n-grams: the estimator behind <c>mlContext.Transforms.Text.EmbedNGrams</c>.</summary>
/// <remarks>
/// <para>
/// Before a linear trainer this gives a model that is additive in the n-grams of a text: <c>transformer.Embedder.Explain(text, weights)</c> has what each n-gram adds to each class's score, exactly, and
/// <see cref="NGramTable"/> scores texts by such numbers alone. Each distinct n-gram of a block of rows goes through the model once.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No; with a minimum count yes, in one pass</description></item>
/// <item><term>Input column data type</term><description>Text</description></item>
/// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, one value a dimension of the model; zero for a text without n-grams</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// <item><term>Source</term><description>Singh and Gao 2022, Singh et al. 2023 (Emb-GAM, Aug-Linear)</description></item>
/// </list>
/// </remarks>
public sealed class NGramEmbeddingEstimator : IEstimator<NGramEmbeddingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly string _input;
    private readonly string _output;
    private readonly EmbeddingModel _model;
    private readonly NGramOptions _ngrams;
    private readonly OnEmptyText _onEmptyText;
    private readonly ModelStorage _storage;

    internal NGramEmbeddingEstimator(IHostEnvironment environment, string outputColumnName, string inputColumnName, NGramEmbeddingOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.NGrams);
        options.NGrams.Validate();
        (_environment, _input, _output, _model, _ngrams) = (environment, inputColumnName, outputColumnName, options.PromptedModel(), options.NGrams.Copy());
        (_onEmptyText, _storage) = (options.OnEmptyText, options.Storage);
    }

    /// <summary>Counts n-grams, where a minimum count is asked for; else there is nothing to learn.</summary>
    /// <exception cref="ArgumentException">The text column is missing or of another type.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public NGramEmbeddingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column column = InputColumn.FindText(input.Schema, _input, NGramEmbeddingTransformer.Kind);
        using CancellationWatch watch = new(_environment);
        NGramEmbedder embedder = NGramEmbedder.Fit(_model, _ngrams.MinimumCount > 1 ? Texts(input, column) : [], _ngrams, watch.Token);
        return new(_environment, _input, _output, embedder, _onEmptyText, _storage);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The text column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumn.FindText(inputSchema, _input, NGramEmbeddingTransformer.Kind);
        return OutputColumns.AddTo(inputSchema, [VectorColumn.Create(_output, _model.Dimensions, isNormalized: false)]);
    }

    private static IEnumerable<string> Texts(IDataView input, DataViewSchema.Column column)
    {
        using DataViewRowCursor cursor = input.GetRowCursor([column]);
        ValueGetter<ReadOnlyMemory<char>> getter = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> text = default;
        while (cursor.MoveNext())
        {
            getter(ref text);
            yield return text.ToString();
        }
    }
}
