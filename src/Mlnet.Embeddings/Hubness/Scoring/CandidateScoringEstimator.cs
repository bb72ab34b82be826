using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Scores pairs of a query's and a candidate's vector by a similarity that is corrected for hubs: the estimator behind <c>mlContext.Transforms.ScoreCandidates</c>.</summary>
/// <remarks>
/// <para>
/// The score is 1 − δ′ where the rescaled distance δ′ lies between 0 and 1 (mutual proximity, local scaling), else −δ′. Scales come from the candidates that were fitted on, each vector once: a
/// query's from its nearest ones, a candidate's likewise, itself left out. Queries are never fitted on, and a candidate that was not has its scale by the same definition.
/// </para>
/// <para>
/// Compare with the plain cosine before you use it: of two collections one gained and one lost, with either of two models, and the hubness of the documents did not tell which (skewness 3.23 and
/// 2.42 on CISI, 2.15 and 2.28 on Cranfield; <c>./build.sh bench hubness-components</c>). No reduction gained on Cranfield.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, at the candidates in one pass; their vectors are held and stay part of the model</description></item>
/// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, twice: the query's and the candidate's, d values each</description></item>
/// <item><term>Output column data type</term><description><see cref="float"/></description></item>
/// <item><term>Exportable to ONNX</term><description>No</description></item>
/// <item><term>Source</term><description>Lample et al. 2018 (CSLS); Feldbauer and Flexer 2019 (the other reductions)</description></item>
/// </list>
/// </remarks>
public sealed class CandidateScoringEstimator : IEstimator<CandidateScoringTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly CandidateScoringSettings _settings;
    private readonly CandidateScoringOptions _options;

    internal CandidateScoringEstimator(IHostEnvironment environment, string outputColumnName, string queryColumnName, string candidateColumnName, CandidateScoringOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(queryColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(candidateColumnName);
        ArgumentNullException.ThrowIfNull(options);
        _environment = environment;
        _settings = new(queryColumnName, candidateColumnName, outputColumnName);
        _options = options.Checked();
    }

    /// <summary>Reads the candidates and fits their scales.</summary>
    /// <param name="input">Rows with the columns of queries and candidates; where documents are given, only its columns are looked at.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type, or the two have other sizes.</exception>
    /// <exception cref="InvalidOperationException">There are no rows to fit on, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled.</exception>
    public CandidateScoringTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        VectorInput.Find(input.Schema, CandidateScoringTransformer.Kind, [_settings.Query, _settings.Candidate]);
        IDataView view = _options.Documents ?? input;
        VectorInput documents = VectorInput.Find(view.Schema, CandidateScoringTransformer.Kind, [_options.DocumentColumnName ?? _settings.Candidate]);
        using CancellationWatch watch = new(_environment);
        int seed = _options.SeedIn(_environment);
        EmbeddingMatrix rows = FittedRows.Read(_environment, view, documents);
        CandidateScoringTransformer transformer = new(_environment, _settings, CandidateScorer.Fit(rows, _options.Reduction, _options.Index(seed), _options.Scaling(seed), watch.Token));
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        VectorInput.Check(inputSchema, CandidateScoringTransformer.Kind, [_settings.Query, _settings.Candidate]);
        return OutputColumns.AddTo(inputSchema, [new DataViewSchema.DetachedColumn(_settings.Output, NumberDataViewType.Single)]);
    }
}
