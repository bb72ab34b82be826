using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Benchmarks;

/// <summary>What one row costs in steady state on the static path, in time and in bytes: Core, a cursor of a pipeline, and a prediction engine's row.</summary>
[MemoryDiagnoser]
public class AllocationBenchmark
{
    private const string Text = "I still haven't received my new card, when will it arrive? It was ordered two weeks ago.";

    private readonly ReadOnlyMemory<char> _text = Text.AsMemory();
    private readonly float[] _vector = new float[EmbeddingModel.Default.Dimensions];
    private DataViewRowCursor _cursor = null!;
    private ValueGetter<VBuffer<float>> _getter = null!;
    private VBuffer<float> _value;

    internal static void Run(string[] args) =>
        BenchmarkRunner.Run<AllocationBenchmark>(ManualConfig.Create(DefaultConfig.Instance).AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance)).WithOptions(ConfigOptions.DisableOptimizationsValidator));

    /// <summary>Opens a cursor over rows without end.</summary>
    [GlobalSetup]
    public void Open()
    {
        MLContext ml = new(seed: 1);
        IDataView rows = ml.Data.LoadFromEnumerable(Endless());
        IDataView view = ml.Transforms.Text.EmbedText("Embedding", "Text").Fit(rows).Transform(rows);
        _cursor = view.GetRowCursor([view.Schema["Embedding"]]);
        _getter = _cursor.GetGetter<VBuffer<float>>(view.Schema["Embedding"]);
    }

    /// <summary>One text through the model.</summary>
    [Benchmark(Baseline = true)]
    public float Core()
    {
        EmbeddingModel.Default.Encode(new ReadOnlySpan<ReadOnlyMemory<char>>(in _text), _vector);
        return _vector[0];
    }

    /// <summary>One row through an ML.NET pipeline, into a vector that is used again.</summary>
    [Benchmark]
    public int Pipeline()
    {
        _cursor.MoveNext();
        _getter(ref _value);
        return _value.Length;
    }

    private static IEnumerable<Row> Endless()
    {
        Row row = new() { Text = Text };
        while (true)
        {
            yield return row;
        }
    }

    private sealed class Row
    {
        public string Text { get; set; } = "";
    }
}
