using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Benchmarks.Adapters;

/// <summary>A linear adapter trained on generated pairs by in-batch InfoNCE, beside PyTorch on the same pairs.</summary>
internal static class TrainingBenchmark
{
    public const int Threads = 2;
    public const int Dimensions = 384;
    public const int BatchSize = 256;
    public const int Epochs = 3;
    private const int Pairs = 50_000;
    private const int Rounds = 5;

    public static void Run(string[] args)
    {
        (EmbeddingMatrix anchors, EmbeddingMatrix positives) = Generate();
        string folder = Directory.CreateTempSubdirectory("adapters-").FullName;
        try
        {
            string a = Path.Combine(folder, "anchors.f32"), p = Path.Combine(folder, "positives.f32");
            Write(a, anchors);
            Write(p, positives);
            using PyTorch? torch = PyTorch.Start(args.FirstOrDefault() ?? "python3", a, p);
            Race(AdapterTrainingData.FromPairs(anchors, positives), torch);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Pairs of normal vectors, the second sides turned a little and blurred.</summary>
    public static (EmbeddingMatrix Anchors, EmbeddingMatrix Positives) Generate(int pairs = Pairs)
    {
        Random random = new(1);
        EmbeddingMatrix anchors = new(pairs, Dimensions), positives = new(pairs, Dimensions);
        for (int i = 0; i < pairs; i++)
        {
            Span<float> anchor = anchors.Row(i), positive = positives.Row(i);
            for (int j = 0; j < Dimensions; j++)
            {
                anchor[j] = Normal(random);
            }

            for (int j = 0; j < Dimensions; j++)
            {
                positive[j] = (0.5f * anchor[j]) + (0.4f * anchor[(j + 1) % Dimensions]) + (1.5f * Normal(random));
            }
        }

        return (anchors, positives);
    }

    public static AdapterTrainerOptions Options() => new()
    {
        Architecture = new LinearArchitecture(),
        Loss = new InfoNce(0.05),
        BatchSize = BatchSize,
        Epochs = Epochs,
        LearningRate = 1e-3,
        ValidationShare = 0,
        ClipNorm = double.PositiveInfinity,
        Threads = Threads,
    };

    private static void Race(AdapterTrainingData data, PyTorch? torch)
    {
        Console.WriteLine($"{Pairs:#,0} pairs × {Dimensions}, batches of {BatchSize}, {Epochs} epochs, {Threads} threads");
        AdapterTrainer trainer = new(Options());
        List<double> ours = [], theirs = [];
        double loss = double.NaN, peerLoss = double.NaN, peerPeak = double.NaN, peak = double.NaN;

        // The first round warms up: the runtime compiles, PyTorch sets up its threads.
        for (int round = 0; round <= Rounds; round++)
        {
            if (torch is not null)
            {
                (double seconds, peerLoss, double held) = torch.Train();
                theirs.Add(seconds);
                peerPeak = round == 0 ? held : peerPeak;
            }

            Stopwatch clock = Stopwatch.StartNew();
            loss = trainer.Fit(data).Curve.Points[^1].Loss;
            ours.Add(clock.Elapsed.TotalSeconds);
            using Process self = Process.GetCurrentProcess();
            peak = round == 0 ? self.PeakWorkingSet64 / (1024.0 * 1024) : peak;
        }

        if (torch is not null)
        {
            Print("PyTorch", theirs, peerLoss, peerPeak);
        }

        Print("AdapterTrainer", ours, loss, peak);
        if (torch is not null)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"time over PyTorch's: {SideBySide.Median([.. ours.Zip(theirs, (a, b) => a / b).Skip(1)]):0.00} (median of {Rounds} rounds)"));
        }
    }

    private static void Print(string name, List<double> seconds, double loss, double peak)
    {
        double[] counted = [.. seconds.Skip(1)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-16} {SideBySide.Median(counted):0.00} s ({counted.Min():0.00} to {counted.Max():0.00}), loss of the last epoch {loss:0.0000}, peak memory after the first training {peak:0} MB"));
    }

    // Box and Muller, 1958.
    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static void Write(string path, EmbeddingMatrix rows)
    {
        using FileStream file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes(rows.Values));
    }
}
