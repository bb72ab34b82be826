using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings;

/// <summary>Trains an adapter, a small network on frozen embeddings, on labels, pairs, triplets or judgements: the estimator behind <c>mlContext.Transforms.AdaptEmbedding</c>.</summary>
/// <remarks>
/// <para>
/// A share of the rows is held out (<see cref="AdapterTrainerOptions.ValidationShare"/>); the training stops when their loss no longer falls, and afterwards they are compared before and after:
/// <see cref="EmbeddingAdaptingTransformer.Report"/>, and the log, which warns where the adapter does not beat the embeddings as they were. The columns of labels, scores and negatives are read by
/// the fit only. Cancelling the context ends the training with an <see cref="AdapterTrainingCanceledException"/>, which carries the last good adapter.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass, and vectors are held; or, streamed, in a pass an epoch and two more</description></item>
/// <item><term>Input column data type</term><description>Known-sized vector of <see cref="float"/>, d values; with pairs another, of d values too or, with two towers, of any size</description></item>
/// <item><term>Input label column data type</term><description>A key, text, a number or a boolean; scores and relevance: a number or a boolean</description></item>
/// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>, d values unless the architecture says otherwise; with pairs two; with probabilities another, a slot a class</description></item>
/// <item><term>Exportable to ONNX</term><description>Yes</description></item>
/// <item><term>Source</term><description>Houlsby et al. 2019 (bottleneck); Hu et al. 2022 (low rank); the losses name their own</description></item>
/// </list>
/// </remarks>
public sealed class EmbeddingAdaptingEstimator : IEstimator<EmbeddingAdaptingTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly string _output;
    private readonly string _input;
    private readonly EmbeddingAdaptingOptions _options;
    private readonly AdaptationColumns _columns;

    internal EmbeddingAdaptingEstimator(IHostEnvironment environment, string outputColumnName, string inputColumnName, EmbeddingAdaptingOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _output, _input, _options) = (environment, outputColumnName, inputColumnName, options.Checked(outputColumnName));
        _columns = new(inputColumnName, _options);
    }

    private AdaptedColumn[] Outputs =>
    [
        new(_input, _output, AdaptedRole.Query),
        .. _options.PartnerColumnName is string partner ? [new(partner, _options.PartnerOutput!, AdaptedRole.Passage)] : Array.Empty<AdaptedColumn>(),
        .. _options.ProbabilityColumnName is string probabilities ? [new(_input, probabilities, AdaptedRole.Probabilities)] : Array.Empty<AdaptedColumn>(),
    ];

    /// <summary>Trains the adapter and compares the rows held out before and after.</summary>
    /// <exception cref="ArgumentException">A column is missing, of another type or of another size, or the rows do not suit the loss or the architecture; the message tells why.</exception>
    /// <exception cref="InvalidOperationException">There are no rows, or none with a label, or a vector holds NaN or infinity; the message tells column and row.</exception>
    /// <exception cref="AdapterTrainingCanceledException">The context was cancelled; the exception carries the last good adapter.</exception>
    /// <exception cref="AdapterTrainingDivergedException">The training left the range of numbers; the exception carries the last good adapter.</exception>
    public EmbeddingAdaptingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        AdapterTrainerOptions training = _options.Training.Clone();
        training.Seed = (_options.Seed ?? MlnetAccess.SeedOf(_environment) ?? training.Seed) & int.MaxValue;
        using CancellationWatch watch = new(_environment);
        using IChannel channel = _environment.Start(EmbeddingAdaptingTransformer.Kind);
        AdaptationReader reader = new(_environment, _columns, _options, watch.Token);
        AdapterTrainingData data = reader.Read(input);
        AdapterTrainingData? validation = _options.Validation is IDataView view ? reader.Read(view) : null;
        AdapterTrainingResult result = new AdapterTrainer(training).Fit(data, validation, new EpochLog(channel, training.Epochs, _options.Progress), watch.Token);
        AdapterReport? report = _options.Compare ? AdapterComparison.Of(training, data, validation, result.Towers, new() { Seed = training.Seed, Threads = training.Threads }, watch.Token) : null;
        Tell(channel, result, report);
        EmbeddingAdaptingSettings settings = new(Outputs, _options.ProbabilityColumnName is null || reader.ClassNames is null ? null : [.. reader.ClassNames]);
        return new(_environment, settings, result.Towers, result.Classifier) { Report = report, Training = result };
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        _columns.Check(inputSchema);
        return OutputColumns.AddTo(inputSchema, Outputs.Select(column => column.Role == AdaptedRole.Probabilities
            ? VectorColumn.Create(column.Output, 1, isNormalized: false, _columns.HasClassNames(inputSchema) ? [""] : null)
            : VectorColumn.Create(column.Output, 1, _options.Training.NormalizeOutput)));
    }

    private void Tell(IChannel channel, AdapterTrainingResult result, AdapterReport? report)
    {
        channel.Info(string.Create(CultureInfo.InvariantCulture, $"Trained on {result.TrainingExamples} examples in {result.Steps} steps, with {result.ValidationExamples} held out; the weights are those after epoch {result.BestEpoch}{(result.StoppedEarly ? ", stopped early" : "")}."));
        if (result.LearntNothing)
        {
            channel.Warning("The training never lowered the loss of the rows held out below that of the start: the adapter is what it started from. Give more rows, another loss or a smaller learning rate, or leave it out.");
        }

        if (report is null)
        {
            if (_options.Compare)
            {
                channel.Warning($"No rows were held out, so nothing is known of what the adapter gains or loses. Set {nameof(AdapterTrainerOptions.ValidationShare)}, or give validation data.");
            }

            return;
        }

        if (report.Verdict == AdapterVerdict.Better)
        {
            channel.Info(report.Summary);
        }
        else
        {
            channel.Warning(report.Summary);
        }

        channel.Trace(report.ToText());
    }

    /// <summary>Tells the log of each epoch, and the user's own listener of everything.</summary>
    private sealed class EpochLog(IChannel channel, int epochs, IProgress<AdapterTrainingProgress>? listener) : IProgress<AdapterTrainingProgress>
    {
        public void Report(AdapterTrainingProgress value)
        {
            if (value.Epoch > 0 && value.Step % Math.Max(1, value.Steps / epochs) == 0)
            {
                channel.Info(string.Create(CultureInfo.InvariantCulture, $"Epoch {value.Epoch} of {epochs}: loss {value.Loss:0.0000}{(double.IsNaN(value.ValidationLoss) ? "" : $", held out {value.ValidationLoss:0.0000}")}."));
            }

            listener?.Report(value);
        }
    }
}
