using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Turns vectors into features that hubs do not distort: the estimator behind <c>mlContext.Transforms.ReduceHubness</c>.</summary>
/// <remarks>
/// <para>
/// First the chain of steps in vector space, where there is one; then, where a reduction is named, the similarities to the centroids of k-means over the fitted rows, rescaled with scales that come
/// from all fitted rows: 1 − δ′ for mutual proximity and local scaling, −δ′ otherwise. A row that was not fitted on has its scale from its nearest fitted rows by the same definition; a row that was
/// is left out of its own neighbours.
/// </para>
/// <para>
/// Do not expect a linear trainer to gain: over 256 such features logistic regression was less right than over the vectors as they are with 77 classes, whatever the reduction and with either of
/// two models, and with 6 classes better with one model of 64 values only (<see cref="HubnessReducingOptions.Reduction"/> has figures). Compare with the plain vectors, and leave the step out where
/// they do as well. Where votes of neighbours are counted, rescale their distances: <c>Trainers.NearestNeighbors</c> has the reductions.
/// </para>
/// <para>
/// The fit measures the hubness of what comes in (the skewness of 10-occurrences) and warns in the log where it is so low that reducing it is not expected to pay. High skewness is no promise:
/// with <c>static-en</c> it was 2.3 and 4.6 where those features lost.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass; all vectors are held, and with a reduction they stay part of the model</description></item>
/// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values</description></item>
/// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>: a value for each anchor, or what the chain gives where there is no reduction</description></item>
/// <item><term>Exportable to ONNX</term><description>No; a chain alone is by <c>TransformEmbedding</c></description></item>
/// <item><term>Source</term><description>Feldbauer and Flexer 2019 (rescaled distances); Moschella et al. 2023 (relative representations); Radovanović et al. 2010 (hubness)</description></item>
/// </list>
/// </remarks>
public sealed class HubnessReducingEstimator : IEstimator<HubnessReducingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly string _output;
    private readonly string _input;
    private readonly HubnessReducingOptions _options;
    private readonly TransformRecipe? _chain;

    internal HubnessReducingEstimator(IHostEnvironment environment, string outputColumnName, string inputColumnName, HubnessReducingOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _output = outputColumnName;
        _input = inputColumnName;
        _options = options.Checked();
        _chain = _options.Chain is string chain ? TransformRecipe.Parse(chain) : null;
    }

    /// <summary>Reads the rows, measures their hubness, and fits the chain, the scales and the anchors.</summary>
    /// <exception cref="ArgumentException">The column is missing or of another type, there are fewer rows than anchors, or the chain does not suit the vectors.</exception>
    /// <exception cref="InvalidOperationException">There are no rows to fit on, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public HubnessReducingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        VectorInput vectors = VectorInput.Find(input.Schema, HubnessReducingTransformer.Kind, [_input]);
        using CancellationWatch watch = new(_environment);
        EmbeddingMatrix rows = FittedRows.Read(_environment, input, vectors);
        int seed = _options.SeedIn(_environment);
        WarnWhereFew(rows, seed, watch.Token);
        TransformChain? chain = _chain?.Fit([rows], Environment.ProcessorCount, watch.Token);
        return new(_environment, new(_input, _output), chain, Represent(chain?.Apply(rows, Environment.ProcessorCount) ?? rows, seed, watch.Token));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        VectorInput.Check(inputSchema, HubnessReducingTransformer.Kind, [_input]);
        return OutputColumns.AddTo(inputSchema, [VectorColumn.Create(_output, dimensions: 1, _options.Reduction is null && _chain!.IsNormalized)]);
    }

    private RescaledRepresentation? Represent(EmbeddingMatrix rows, int seed, CancellationToken cancellationToken)
    {
        if (_options.Reduction is not HubnessReductionKind kind)
        {
            return null;
        }

        NeighborIndex index = NeighborIndex.Build(rows, _options.Index(seed), cancellationToken);
        return RescaledRepresentation.Fit(HubnessReduction.Fit(index, kind, _options.Scaling(seed), cancellationToken: cancellationToken), rows, _options.Anchors, seed, cancellationToken);
    }

    private void WarnWhereFew(EmbeddingMatrix rows, int seed, CancellationToken cancellationToken)
    {
        if (_options.WarnBelowSkewness is double threshold && HubnessCheck.Skewness(rows, _options.Metric, seed, cancellationToken) is double skewness && skewness < threshold)
        {
            ComponentLog.Warn(
                _environment,
                HubnessReducingTransformer.Kind,
                string.Create(CultureInfo.InvariantCulture, $"The vectors of the column '{_input}' have few hubs: the skewness of their {HubnessCheck.Neighbors}-occurrences is {skewness:0.00}, below {threshold:0.00}. Reducing hubness is not expected to pay; compare with the vectors as they are."));
        }
    }
}
