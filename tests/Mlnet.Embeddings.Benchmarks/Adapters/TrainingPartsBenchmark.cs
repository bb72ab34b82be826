using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Training;

namespace Mlnet.Embeddings.Benchmarks.Adapters;

/// <summary>What the parts of a training step cost on one thread: 256 pairs of 384 values, a linear adapter, InfoNCE.</summary>
[MemoryDiagnoser]
public class TrainingPartsBenchmark
{
    private const int Pairs = 4096;

    private readonly TrainingBatch<float> _batch = new();
    private readonly Random _random = new(1);
    private readonly int[] _examples = new int[TrainingBenchmark.BatchSize];
    private ExampleTable _table = null!;
    private TowerModel<float> _model = null!;
    private AdamW<float> _optimizer = null!;

    internal static void Run(string[] args) =>
        BenchmarkRunner.Run<TrainingPartsBenchmark>(ManualConfig.Create(DefaultConfig.Instance).AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance)).WithOptions(ConfigOptions.DisableOptimizationsValidator));

    /// <summary>Makes pairs and a model.</summary>
    [GlobalSetup]
    public void Start()
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = TrainingBenchmark.Generate(Pairs);
        _table = AdapterTrainingData.FromPairs(anchors, positives).Table!;
        StackShape shape = new LinearArchitecture().ShapeFor(TrainingBenchmark.Dimensions);
        DenseStack<float> network = new(shape, new float[shape.Parameters]);
        _model = new(network, network, new InfoNce(), AdapterLossRows.Pairs, null, 0, threads: 1);
        _optimizer = new(network.Ranges, network.Parameters.Length, new(0.9, 0.999, 1e-8, 0.01));
        FillBatch();
    }

    /// <summary>256 pairs gathered from their matrices.</summary>
    [Benchmark]
    public void FillBatch()
    {
        for (int i = 0; i < _examples.Length; i++)
        {
            _examples[i] = _random.Next(Pairs);
        }

        _batch.Fill(_table, _examples, 0, _random);
    }

    /// <summary>The loss of the batch and its gradient.</summary>
    [Benchmark]
    public double LossAndGradient() => _model.Evaluate(_batch, _random);

    /// <summary>The loss alone.</summary>
    [Benchmark]
    public double LossAlone() => _model.Evaluate(_batch, _random, needsGradients: false);

    /// <summary>147,840 weights moved.</summary>
    [Benchmark]
    public void MoveWeights() => _optimizer.Update(_model.Networks[0].Parameters, _model.Gradients[0], 1, 1000, 1e-9, 1);
}
