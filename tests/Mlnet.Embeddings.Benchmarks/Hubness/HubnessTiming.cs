using System.Diagnostics;
using System.Globalization;
using Mlnet.Embeddings.Benchmarks.Neighbors;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>Ten neighbours of each of 20,000 rows by cosine, then by mutual proximity (Gaussian, moments over all rows) from the fit on, and the formulas of that in numpy.</summary>
internal static class HubnessTiming
{
    private const int Threads = HubnessProtocol.Threads;
    private const int Neighbors = 10;
    private const int Rounds = 5;

    public static void Run(string[] args)
    {
        EmbeddingMatrix rows = NeighborData.Clustered(20_000, 384, 500);
        Console.WriteLine($"{Neighbors} neighbours of each of {rows.Rows:#,0} × {rows.Dimensions}, cosine, {Threads} threads");
        ExactNeighbors index = new(rows);
        SideBySide race = new(Rounds, TimeSpan.FromSeconds(1));
        race.Add("neighbours", () => index.QueryRows(Neighbors, Threads).Queries);
        race.Add($"{nameof(HubnessReductionKind.MutualProximityGaussian)}, fit and neighbours", () => Fit(index).QueryRows(Neighbors, Threads).Queries);
        race.Run("rows");
        Parts(index);
        Numpy(rows, args.FirstOrDefault() ?? "python3");
    }

    private static void Parts(ExactNeighbors index)
    {
        HubnessReduction reduction = null!;
        NeighborLists candidates = null!;
        Say("100 candidates", () => candidates = index.QueryRows(100, Threads));
        Say("moments", () => reduction = Fit(index));
        Say("ranking anew", () => reduction.QueryRows(candidates, Neighbors, Threads));
    }

    private static HubnessReduction Fit(ExactNeighbors index) => HubnessReduction.Fit(index, HubnessReductionKind.MutualProximityGaussian, new() { Threads = Threads });

    private static void Numpy(EmbeddingMatrix rows, string python)
    {
        string file = Path.GetTempFileName();
        try
        {
            using PythonPeer peer = new(python);
            PythonPeer.Write(file, rows);
            if (peer.Ask("mutual", file) is [double seconds])
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"numpy: moments and mutual proximity over all pairs, block by block, {seconds:0.0} s"));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Say(string what, Action run)
    {
        double[] seconds = new double[3];
        for (int round = 0; round < seconds.Length; round++)
        {
            Stopwatch clock = Stopwatch.StartNew();
            run();
            seconds[round] = clock.Elapsed.TotalSeconds;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-20} {SideBySide.Median(seconds),8:0.000} s"));
    }
}
