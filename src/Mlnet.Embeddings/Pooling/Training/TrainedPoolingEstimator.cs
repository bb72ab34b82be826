using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Components;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Pooling;

namespace Mlnet.Embeddings;

/// <summary>Trains a pooling of token states on labels or pairs: the estimator behind <c>mlContext.Transforms.PoolTokens</c> with <see cref="TrainedPoolingOptions"/>.</summary>
/// <remarks>
/// <para>
/// The encoder stays as it is: its states are read once and kept while the pooling is trained. A share of the rows is held out (<see cref="AdapterTrainerOptions.ValidationShare"/>), and the weights
/// with the smallest loss on them are taken; the log tells where nothing was learnt. Labels, partners and scores are read by the fit only. What comes of it pools like any other
/// <see cref="TokenPoolingTransformer"/>, and serves in a model as <c>OnnxModelOptions.Pooling</c>.
/// </para>
/// <para>Estimator characteristics</para>
/// <list type="table">
/// <item><term>Does this estimator need to look at the data to train its parameters?</term><description>Yes, in one pass; states are held in memory or in a file</description></item>
/// <item><term>Input column data type</term><description>Vector of <see cref="float"/>, T·d values, or L·T·d for attention over L layers; with pairs another; where masks are named, vectors of <see cref="bool"/>, T values</description></item>
/// <item><term>Input label column data type</term><description>A key, text, a number or a boolean; scores: <see cref="float"/></description></item>
/// <item><term>Output column data type</term><description>Known-sized vector of <see cref="float"/>: d values; zeros where no token is left</description></item>
/// <item><term>Exportable to ONNX</term><description>No; a model with the pooling is, by <c>ExportOnnx</c></description></item>
/// <item><term>Source</term><description>Lee et al. 2024 (NV-Embed); Tang and Yang 2024 (Pooling and Attention)</description></item>
/// </list>
/// </remarks>
public sealed class TrainedPoolingEstimator : IEstimator<TokenPoolingTransformer>
{
    private const string Kind = TokenPoolingTransformer.Kind;

    private readonly IHostEnvironment _environment;
    private readonly string _output;
    private readonly string _input;
    private readonly TrainedPoolingOptions _options;

    internal TrainedPoolingEstimator(IHostEnvironment environment, string outputColumnName, string inputColumnName, TrainedPoolingOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        ArgumentNullException.ThrowIfNull(options);
        (_environment, _output, _input, _options) = (environment, outputColumnName, inputColumnName, options.Checked());
    }

    private (string States, string? Mask)[] Columns =>
        [(_input, _options.MaskColumnName), .. _options.PartnerColumnName is string partner ? [(partner, _options.PartnerMaskColumnName)] : Array.Empty<(string, string?)>()];

    /// <summary>Trains the pooling.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type, nothing says how wide its states are, or the rows do not suit the loss; the message tells why.</exception>
    /// <exception cref="InvalidOperationException">There are no rows, or none with a label, a row's states are no whole number of tokens, or there is no room for all states; the message tells column and row, or the size.</exception>
    /// <exception cref="PoolingTrainingCanceledException{TPooling}">The context was cancelled; the exception carries the last good pooling.</exception>
    /// <exception cref="PoolingTrainingDivergedException{TPooling}">The training left the range of numbers; the exception carries the last good pooling.</exception>
    public TokenPoolingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column states = FindStates(input.Schema, _input);
        int dimensions = _options.Dimensions ?? TokenStatesColumn.DimensionsOf(states)
            ?? throw new ArgumentException($"{Kind} cannot tell how wide the states in '{_input}' are: the column has no annotation '{TokenStatesColumn.Dimensions}'. Set {nameof(TrainedPoolingOptions)}.{nameof(TrainedPoolingOptions.Dimensions)}.");
        AdapterTrainerOptions training = _options.Training.Clone();
        training.Seed = (_options.Seed ?? MlnetAccess.SeedOf(_environment) ?? training.Seed) & int.MaxValue;
        using CancellationWatch watch = new(_environment);
        using IChannel channel = _environment.Start(Kind);
        EpochLog log = new(channel, training.Epochs, _options.Progress);
        TokenPoolingTransformer transformer = training.Architecture is MultiLayerAttentionHead head
            ? FitLayers(input, training, head, dimensions, LayersOf(states), log, watch.Token)
            : FitTokens(input, training, dimensions, states, log, watch.Token);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach ((string states, string? mask) in Columns)
        {
            InputColumn.Find(inputSchema, states, Kind, TokenPoolingTransformer.StatesType, c => IsVectorOf(c, NumberDataViewType.Single));
            _ = mask is null ? default : InputColumn.Find(inputSchema, mask, Kind, TokenPoolingTransformer.MaskType, c => IsVectorOf(c, BooleanDataViewType.Instance));
        }

        _ = _options.LabelColumnName is null ? default : InputColumn.Find(inputSchema, _options.LabelColumnName, Kind, FittedTypes.Expected, FittedTypes.Has);
        return OutputColumns.AddTo(inputSchema, [VectorColumn.Create(_output, dimensions: 1, isNormalized: false)]);
    }

    internal static DataViewSchema.Column FindStates(DataViewSchema schema, string name) =>
        InputColumn.Find(schema, name, Kind, TokenPoolingTransformer.StatesType, TokenPoolingTransformer.IsStates);

    internal static DataViewSchema.Column? FindMask(DataViewSchema schema, string? name) => name is null ? null
        : InputColumn.Find(schema, name, Kind, TokenPoolingTransformer.MaskType, type => type is VectorDataViewType { ItemType: BooleanDataViewType });

    private static bool IsVectorOf(SchemaShape.Column column, DataViewType itemType) => column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType == itemType;

    private int LayersOf(DataViewSchema.Column states) => _options.Layers ?? TokenStatesColumn.LayersOf(states)
        ?? throw new ArgumentException($"{Kind} cannot tell of how many layers the states in '{_input}' are: the column has no annotation '{TokenStatesColumn.Layers}'. Set {nameof(TrainedPoolingOptions)}.{nameof(TrainedPoolingOptions.Layers)}.");

    private TokenPoolingTransformer FitTokens(IDataView input, AdapterTrainerOptions training, int dimensions, DataViewSchema.Column states, EpochLog log, CancellationToken cancellationToken)
    {
        if (TokenStatesColumn.LayersOf(states) is int layers and > 1)
        {
            throw new ArgumentException($"{Kind}: the column '{_input}' has the states of {layers} layers, and '{training.Architecture!.Name}' pools those of one. Train a {nameof(MultiLayerAttentionHead)}, or encode the last layer alone.");
        }

        using PoolingExamples examples = new(Columns, _options, dimensions, 1, cancellationToken);
        TokenTrainingData data = examples.Tokens(input);
        TokenTrainingData? validation = _options.Validation is IDataView view ? examples.Tokens(view) : null;
        PoolingTrainingResult<LatentAttentionPooling> result = new LatentAttentionTrainer(training).Fit(data, validation, log, cancellationToken);
        log.Tell(result.LearntNothing, result.BestEpoch);
        return Create(dimensions, new StatesPooling.OfTokens(result.Pooling), result.Curve);
    }

    private TokenPoolingTransformer FitLayers(IDataView input, AdapterTrainerOptions training, MultiLayerAttentionHead head, int dimensions, int layers, EpochLog log, CancellationToken cancellationToken)
    {
        using PoolingExamples examples = new(Columns, _options, dimensions, layers, cancellationToken);
        AdapterTrainingData data = examples.Layers(input, head.Pooling);
        AdapterTrainingData? validation = _options.Validation is IDataView view ? examples.Layers(view, head.Pooling) : null;
        PoolingTrainingResult<MultiLayerAttentionPooling> result = new MultiLayerAttentionTrainer(training).Fit(data, layers, validation, log, cancellationToken);
        log.Tell(result.LearntNothing, result.BestEpoch);
        return Create(dimensions, new StatesPooling.OfLayers(result.Pooling), result.Curve);
    }

    private TokenPoolingTransformer Create(int dimensions, StatesPooling pooling, AdapterTrainingCurve curve) =>
        new(_environment, _output, _input, _options.MaskColumnName, dimensions, pooling) { Curve = curve };

    private sealed class EpochLog(IChannel channel, int epochs, IProgress<AdapterTrainingProgress>? listener) : IProgress<AdapterTrainingProgress>
    {
        public void Report(AdapterTrainingProgress value)
        {
            listener?.Report(value);
            if (double.IsFinite(value.ValidationLoss))
            {
                channel.Info(string.Create(CultureInfo.InvariantCulture, $"Epoch {value.Epoch} of {epochs}: loss {value.Loss:0.0000}, {value.ValidationLoss:0.0000} on the rows held out."));
            }
        }

        public void Tell(bool learntNothing, int epoch)
        {
            if (learntNothing)
            {
                channel.Warning("The pooling learnt nothing that helps the rows held out, and is what the training started from. Give more rows, or another loss or learning rate.");
            }
            else
            {
                channel.Info(string.Create(CultureInfo.InvariantCulture, $"The weights of epoch {epoch} are kept."));
            }
        }
    }
}
