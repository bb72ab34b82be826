using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Benchmarks.Whitening;

/// <summary>What a block of rows costs on one thread: summed to moments, and whitened with scaling to length 1; and a row alone.</summary>
[MemoryDiagnoser]
public class WhiteningPartsBenchmark
{
    private const int Rows = 1024;
    private const int Dimensions = 384;

    private readonly float[] _rows = new float[Rows * Dimensions];
    private readonly float[] _result = new float[Rows * Dimensions];
    private readonly Moments _moments = new(Dimensions);
    private WhiteningTransform _fitted = null!;

    internal static void Run(string[] args) =>
        BenchmarkRunner.Run<WhiteningPartsBenchmark>(ManualConfig.Create(DefaultConfig.Instance).AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance)).WithOptions(ConfigOptions.DisableOptimizationsValidator));

    /// <summary>Fits on the block.</summary>
    [GlobalSetup]
    public void Fit()
    {
        Random random = new(1);
        for (int i = 0; i < _rows.Length; i++)
        {
            _rows[i] = random.NextSingle();
        }

        _fitted = WhiteningTransform.Fit(new EmbeddingMatrix(_rows, Rows, Dimensions));
    }

    /// <summary>1,024 rows of 384 values into moments that grow.</summary>
    [Benchmark]
    public void AddBlockToMoments() => _moments.Add(_rows);

    /// <summary>1,024 rows whitened.</summary>
    [Benchmark]
    public void ApplyToBlock() => _fitted.Apply(_rows, _result);

    /// <summary>One row whitened.</summary>
    [Benchmark]
    public void ApplyToRow() => _fitted.Apply(_rows.AsSpan(0, Dimensions), _result.AsSpan(0, Dimensions));
}
