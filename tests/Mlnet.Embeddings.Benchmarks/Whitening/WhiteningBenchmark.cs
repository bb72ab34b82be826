using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Benchmarks.Whitening;

/// <summary>ZCA whitening, fit and apply, beside numpy on the same rows; and the memory that a fit on many rows takes.</summary>
internal static class WhiteningBenchmark
{
    public const int Threads = 2;
    private const int Rows = 100_000;
    private const int Dimensions = 384;

    public static void Run(string[] args)
    {
        if (args is ["memory", ..])
        {
            FitMany(args.Length > 1 ? long.Parse(args[1], CultureInfo.InvariantCulture) : 10_000_000);
            return;
        }

        EmbeddingMatrix rows = Correlated();
        if (args is ["pipeline"])
        {
            WhiteningPipeline.Run(rows);
            return;
        }

        float[] result = new float[rows.Values.Length];
        Check(rows, result);
        string folder = Directory.CreateTempSubdirectory("whitening-").FullName;
        try
        {
            string file = Path.Combine(folder, "rows.npy");
            string exact = Path.Combine(folder, "exact.npy");
            WriteNpy(file, rows);
            using Numpy? numpy = Numpy.Start(args.FirstOrDefault() ?? "python3", file, exact);
            Race(rows, result, numpy);
            if (numpy is not null)
            {
                numpy.WriteExact();
                Compare(rows, File.ReadAllBytes(exact));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Race(EmbeddingMatrix rows, float[] result, Numpy? numpy)
    {
        Console.WriteLine($"{Rows:#,0} × {Dimensions} float32, {Threads} threads");
        SideBySide race = new(rounds: 15, TimeSpan.FromSeconds(3));
        if (numpy is not null)
        {
            race.Add("numpy: mean, covariance, eigh, transform", numpy.Run);
            race.Add("numpy: the same, scaled to length 1", numpy.RunToUnitLength);
        }

        race.Add("fit and apply, scaled to length 1", () =>
        {
            WhiteningTransform.Fit(rows, new() { Alpha = 1, Threads = Threads }).Apply(rows.Values, result, Threads);
            return Rows;
        });
        double[] rates = race.Run("rows");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seconds: {string.Join(", ", rates.Select(r => (Rows / r).ToString("0.000", CultureInfo.InvariantCulture)))}"));
        Parts(rows, result);
    }

    private static void Parts(EmbeddingMatrix rows, float[] result)
    {
        Moments moments = Moments.Of(rows, Threads);
        WhiteningTransform fitted = WhiteningTransform.FitFrom(moments, new() { Alpha = 1, Threads = Threads });
        Time("moments", () => Moments.Of(rows, Threads));
        Time("matrix of the moments", () => WhiteningTransform.FitFrom(moments, new() { Alpha = 1, Threads = Threads }));
        Time("apply", () => fitted.Apply(rows.Values, result, Threads));
        fitted.Apply(rows.Row(0), result.AsSpan(0, Dimensions));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            fitted.Apply(rows.Row(i), result.AsSpan(0, Dimensions));
        }

        Console.WriteLine($"bytes allocated a row, row by row: {(GC.GetAllocatedBytesForCurrentThread() - before) / 1000.0}");
    }

    private static void Time(string what, Action run)
    {
        double[] seconds = new double[9];
        for (int i = 0; i < seconds.Length; i++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            run();
            seconds[i] = clock.Elapsed.TotalSeconds;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-24} {SideBySide.Median(seconds) * 1000,8:0.0} ms"));
    }

    private static void Check(EmbeddingMatrix rows, float[] result)
    {
        foreach (WhiteningKind kind in Enum.GetValues<WhiteningKind>())
        {
            WhiteningTransform.Fit(rows, new() { Kind = kind, Alpha = 1, Normalize = false }).Apply(rows.Values, result, Threads);
            double[] covariance = Moments.Of(new EmbeddingMatrix(result, Rows, Dimensions), Threads).Covariance();
            double worst = 0;
            for (int i = 0; i < covariance.Length; i++)
            {
                worst = Math.Max(worst, Math.Abs(covariance[i] - (i % (Dimensions + 1) == 0 ? 1 : 0)));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind,-10} covariance differs from I by {worst:0.0e0} at most"));
        }
    }

    private static void Compare(EmbeddingMatrix rows, byte[] npy)
    {
        float[] result = new float[rows.Values.Length];
        WhiteningTransform.Fit(rows, new() { Alpha = 1, Normalize = false }).Apply(rows.Values, result, Threads);
        ReadOnlySpan<double> exact = MemoryMarshal.Cast<byte, double>(npy.AsSpan(10 + npy[8] + (npy[9] << 8)));
        double worst = 0;
        for (int i = 0; i < exact.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(exact[i] - result[i]));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"rows differ from numpy's in float64 by {worst:0.0e0} at most ({exact.Length / Dimensions} rows)"));
    }

    private static void FitMany(long rows)
    {
        Moments moments = new(Dimensions);
        float[] block = new float[4096 * Dimensions];
        uint state = 1;
        Stopwatch clock = Stopwatch.StartNew();
        for (long row = 0; row < rows; row += 4096)
        {
            int count = (int)Math.Min(4096, rows - row) * Dimensions;
            for (int i = 0; i < count; i++)
            {
                state = (state * 1664525) + 1013904223;
                block[i] = (int)state * 4.656613e-10f;
            }

            moments.Add(block.AsSpan(0, count), Threads);
        }

        WhiteningTransform fitted = WhiteningTransform.FitFrom(moments);
        using Process self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fitted on {moments.Count:#,0} × {Dimensions} generated rows in {clock.Elapsed.TotalSeconds:0.0} s, generation included; largest eigenvalue {fitted.Eigenvalues[0]:0.0000}; peak memory {self.PeakWorkingSet64 >> 20} MB"));
    }

    // Normal rows mixed by a random matrix: a spectrum from 0.0001 to 4, as embeddings have, and a mean away from zero.
    private static EmbeddingMatrix Correlated()
    {
        Random random = new(1);
        float[] normal = new float[Rows * Dimensions];
        TensorPrimitives.ConvertTruncating<double, float>(Enumerable.Range(0, normal.Length).Select(_ => Normal(random)).ToArray(), normal);
        float[] mixing = [.. Enumerable.Range(0, Dimensions * Dimensions).Select(_ => (float)(Normal(random) / Math.Sqrt(Dimensions)))];
        for (int i = 0; i < Dimensions; i++)
        {
            mixing[i * (Dimensions + 1)] += 1;
        }

        EmbeddingMatrix rows = new(Rows, Dimensions);
        MatrixProduct.Multiply(normal, mixing, rows.Values, Rows, Dimensions, Dimensions, threads: Threads);
        TensorPrimitives.Add(rows.Values, 0.1f, rows.Values);
        return rows;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static void WriteNpy(string path, EmbeddingMatrix rows)
    {
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows.Rows}, {rows.Dimensions}), }}".PadRight(117) + "\n";
        using FileStream file = File.Create(path);
        file.Write([0x93, .. "NUMPY\u0001\0"u8, 118, 0, .. Encoding.ASCII.GetBytes(header)]);
        file.Write(MemoryMarshal.AsBytes(rows.Values));
    }
}
