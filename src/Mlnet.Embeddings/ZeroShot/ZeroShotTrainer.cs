using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.ZeroShot;

namespace Mlnet.Embeddings;

/// <summary>Classifies embeddings by texts that describe the labels: the trainer behind <c>mlContext.MulticlassClassification.Trainers.ZeroShot</c>.</summary>
/// <remarks>
/// <para>
/// A row's scores are the softmax, at a temperature, of its cosines with the labels' descriptions, embedded by the model that gave the rows their vectors; several descriptions of a label count by
/// their mean or by the best. No row needs a label. With a refinement the fit moves each description to the mean of the rows nearest to it, which then speak the rows' own language.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>No; with a refinement yes, in one pass, and all vectors are held during the fit</description></item>
/// <item><term>Is normalization required?</term><description>No</description></item>
/// <item><term>Input label column data type</term><description>None; where one is named, a key (<see cref="uint"/>) that stands for text</description></item>
/// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
/// <item><term>Output column data type</term><description><c>PredictedLabel</c>, a key that stands for the labels' names (<c>MapKeyToValue</c> gives the text); <c>Score</c>, a known-sized vector of <see cref="float"/>, a slot for each label with its name</description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// <item><term>Source</term><description>Veeranna et al. 2016 (similarity to label texts); Schopf et al. 2021 and 2022 (Lbl2Vec, Lbl2TransformerVec: refinement)</description></item>
/// </list>
/// </remarks>
public sealed class ZeroShotTrainer : IEstimator<ZeroShotTransformer>
{
    private const string ExpectedLabel = "a key of UInt32 that stands for text, as MapValueToKey makes it";

    private readonly IHostEnvironment _environment;
    private readonly LabelDescriptionClassifier _described;
    private readonly string _features;
    private readonly string? _label;
    private readonly LabelRefinementOptions? _refinement;

    internal ZeroShotTrainer(IHostEnvironment environment, ZeroShotTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _described = options.Described();
        (_features, _label, _refinement) = (options.FeatureColumnName, options.LabelColumnName, options.Refinement?.Copy());
    }

    /// <summary>Refines the descriptions by the rows, where that is asked for; else there is nothing to learn.</summary>
    /// <exception cref="ArgumentException">A column is missing, of another type or of another size than the descriptions' vectors, or the labels described are not those of the label column.</exception>
    /// <exception cref="InvalidOperationException">With a refinement: there are no rows, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public ZeroShotTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        VectorInput vectors = ZeroShotTransformer.Features(input.Schema, _features, _described);
        LabelDescriptionClassifier classifier = _label is null ? _described : _described.InOrderOf(KeyNames(input.Schema, _label));
        if (_refinement is not null)
        {
            using CancellationWatch watch = new(_environment);
            classifier = classifier.Refine(FittedRows.Read(_environment, input, vectors), _refinement, watch.Token);
            WarnOfUnrefined(classifier);
        }

        return new(_environment, new(_features), classifier);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        VectorInput.Check(inputSchema, ZeroShotTransformer.Kind, [_features]);
        if (_label is not null)
        {
            InputColumn.Find(inputSchema, _label, ZeroShotTransformer.Kind, ExpectedLabel, c => c.Kind == SchemaShape.Column.VectorKind.Scalar && c.IsKey && c.ItemType.RawType == typeof(uint));
        }

        return OutputColumns.AddTo(inputSchema, MulticlassColumns.Create(FittedColumn.Key(_described.Labels), setId: 1));
    }

    private static IReadOnlyList<string> KeyNames(DataViewSchema schema, string label)
    {
        DataViewSchema.Column column = InputColumn.Find(schema, label, ZeroShotTransformer.Kind, ExpectedLabel, type => type is KeyDataViewType && type.RawType == typeof(uint));
        return FittedColumn.Of(column).KeyValues is FittedTexts names
            ? names.Texts
            : throw new ArgumentException($"{ZeroShotTransformer.Kind} reads the column '{label}' as {ExpectedLabel}; in the data its keys stand for no text.");
    }

    private void WarnOfUnrefined(LabelDescriptionClassifier classifier)
    {
        string[] bare = [.. Enumerable.Range(0, classifier.RowsUsed.Length).Where(i => classifier.RowsUsed[i] == 0).Select(i => $"'{classifier.Labels[classifier.Owners[i]]}'").Distinct()];
        if (bare.Length > 0)
        {
            ComponentLog.Warn(_environment, ZeroShotTransformer.Kind, $"No row is near to a description of {string.Join(", ", bare)}; it stays as it was embedded.");
        }
    }
}
