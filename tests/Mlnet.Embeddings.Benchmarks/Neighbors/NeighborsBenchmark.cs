using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Benchmarks.Neighbors;

/// <summary>Exact neighbours beside scikit-learn's brute force, and the graph's recall, speed and memory beside hnswlib's and beside exact search.</summary>
internal static class NeighborsBenchmark
{
    public const int Threads = 2;
    private const int Neighbors = 10;
    private const int Queries = 2000;

    public static void Run(string[] args)
    {
        string[] parts = [.. args.Where(a => a is "exact" or "graph" or "pairs" or "million")];
        string folder = Directory.CreateTempSubdirectory("neighbors-").FullName;
        try
        {
            using PythonPeer python = new(args.FirstOrDefault(a => !parts.Contains(a) && !int.TryParse(a, out _)) ?? "python3");
            int count = args.Select(a => int.TryParse(a, out int n) ? n : 0).FirstOrDefault(n => n > 0);
            foreach (string part in parts.Length > 0 ? parts : ["exact", "graph"])
            {
                Run(part, count, python, folder);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run(string part, int count, PythonPeer python, string folder)
    {
        switch (part)
        {
            case "exact":
                Exact(NeighborData.Clustered(20_000, 384, 500), python, Path.Combine(folder, "rows"));
                break;
            case "graph":
                EmbeddingModel small = EmbeddingModel.FromFolder(SharedData.Path("models/potion-base-2M"));
                foreach ((string texts, string name, EmbeddingModel model) in new[] { ("agnews", "static-en", EmbeddingModel.Default), ("agnews", "potion-base-2M", small), ("banking77", "static-en", EmbeddingModel.Default), ("banking77", "potion-base-2M", small) })
                {
                    Graph($"{texts}, {name}", model.Encode(NeighborData.Texts(texts, int.MaxValue)), python, folder);
                }

                break;
            case "pairs":
                Graph("pairs, static-en", EmbeddingModel.Default.Encode(NeighborData.Texts("pairs", count > 0 ? count : 200_000)), python, folder);
                break;
            default:
                Graph("clusters", NeighborData.Clustered(count > 0 ? count : 1_000_000, 256, 2000), python: null, folder);
                break;
        }
    }

    private static void Exact(EmbeddingMatrix rows, PythonPeer python, string file)
    {
        Say($"exact cosine {Neighbors}-NN of {rows.Rows:#,0} × {rows.Dimensions} against itself, {Threads} threads");
        PythonPeer.Write(file, rows);
        ExactNeighbors index = new(rows);
        List<double> own = [];
        List<double> other = [];
        for (int round = 0; round < 3; round++)
        {
            own.Add(Time(() => index.QueryRows(Neighbors, Threads)));
            other.Add(python.Ask("brute", file, Threads)?[0] ?? double.NaN);
        }

        using Process self = Process.GetCurrentProcess();
        double ours = SideBySide.Median([.. own]);
        Say($"  ExactNeighbors {ours:0.00} s, scikit-learn {SideBySide.Median([.. other]):0.00} s: {SideBySide.Median([.. other]) / ours:0.0} times as fast; peak of the process {self.PeakWorkingSet64 >> 20} MB, of it rows and their copy {2L * rows.Values.Length * 4 >> 20} MB");
        int[] indices = new int[Neighbors];
        float[] distances = new float[Neighbors];
        Say($"  one query: {Time(() => { for (int q = 0; q < 200; q++) { index.Query(rows.Row(q), indices, distances); } }) * 5:0.00} ms on one thread");
    }

    // The last rows are the queries: texts that are not in the index.
    private static void Graph(string name, EmbeddingMatrix all, PythonPeer? python, string folder)
    {
        int n = all.Rows - Queries;
        EmbeddingMatrix rows = Slice(all, 0, n);
        EmbeddingMatrix queries = Slice(all, n, Queries);
        NeighborIndexOptions options = new() { Threads = Threads };
        ExactNeighbors exact = new(rows);
        NeighborLists truth = null!;
        double asked = Time(() => truth = exact.Query(queries, Neighbors, Threads));
        Say($"{name}: {n:#,0} × {rows.Dimensions}, {Queries:#,0} queries, M {options.M}, efConstruction {options.EfConstruction}, efSearch {options.EfSearch}");
        Say($"  exact        {Queries / asked,8:#,0} queries/s in a batch on {Threads} threads; all rows would take {n * asked / Queries:0.0} s; one query {Time(() => Single(exact, queries, 100)) * 10:0.00} ms");

        long before = GC.GetTotalMemory(true);
        HnswNeighbors graph = null!;
        double built = Time(() => graph = new(rows, options));
        long size = GC.GetTotalMemory(true) - before;
        NeighborLists found = null!;
        asked = Time(() => found = graph.Query(queries, Neighbors, threads: 1));
        Say($"  HnswNeighbors built in {built:0.0} s on {Threads} threads, {size >> 20} MB with the rows; recall@{Neighbors} {Recall(truth, q => found.Distances(q).ToArray()):0.0000}; {Queries / asked:#,0} queries/s on one thread; all rows would take {built + (n * asked / Queries / Threads):0.0} s with building");
        if (python is not null)
        {
            Beside(python, exact, rows, queries, truth, options, folder);
        }
    }

    private static void Beside(PythonPeer python, ExactNeighbors exact, EmbeddingMatrix rows, EmbeddingMatrix queries, NeighborLists truth, NeighborIndexOptions options, string folder)
    {
        string[] files = [.. new[] { "rows", "queries", "found" }.Select(f => Path.Combine(folder, f))];
        PythonPeer.Write(files[0], rows);
        PythonPeer.Write(files[1], queries);
        if (python.Ask("graph", files[0], files[1], files[2], options.M, options.EfConstruction, options.EfSearch, Threads) is [double built, double asked])
        {
            int[] labels = MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(files[2])).ToArray();
            double recall = Recall(truth, q => [.. labels.AsSpan(q * Neighbors, Neighbors).ToArray().Select(row => exact.Distance(queries.Row(q), row))]);
            Say($"  hnswlib      built in {built:0.0} s on {Threads} threads; recall@{Neighbors} {recall:0.0000}; {Queries / asked:#,0} queries/s on one thread");
        }
    }

    // Rows as near as the true ones count: of duplicates any will do.
    private static double Recall(NeighborLists truth, Func<int, float[]> found)
    {
        int hits = 0;
        for (int q = 0; q < truth.Queries; q++)
        {
            float farthest = truth.Distances(q)[^1];
            hits += found(q).Count(d => d <= farthest);
        }

        return (double)hits / (truth.Queries * truth.Count);
    }

    private static void Single(NeighborIndex index, EmbeddingMatrix queries, int count)
    {
        int[] indices = new int[Neighbors];
        float[] distances = new float[Neighbors];
        for (int q = 0; q < count; q++)
        {
            index.Query(queries.Row(q), indices, distances);
        }
    }

    private static EmbeddingMatrix Slice(EmbeddingMatrix rows, int from, int count) =>
        new(rows.Values.Slice(from * rows.Dimensions, count * rows.Dimensions).ToArray(), count, rows.Dimensions);

    private static double Time(Action run)
    {
        Stopwatch clock = Stopwatch.StartNew();
        run();
        return clock.Elapsed.TotalSeconds;
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
