using System.Diagnostics;
using System.Globalization;

namespace Mlnet.Embeddings.Benchmarks;

/// <summary>Peak memory of the tool on a file of generated lines, sampled as it runs, so that growth would show.</summary>
internal static class MemoryBenchmark
{
    public static void Run(string[] args)
    {
        long lines = args is [string count, ..] ? long.Parse(count, CultureInfo.InvariantCulture) : 5_000_000;
        string folder = Directory.CreateTempSubdirectory("mlnet-embed-").FullName;
        try
        {
            string input = Path.Combine(folder, "lines.txt");
            Generate(input, lines);
            string tool = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../src/Mlnet.Embeddings.Tool/bin/Release/net10.0/mlnet-embed.dll"));
            if (!File.Exists(tool))
            {
                throw new FileNotFoundException("The tool is not built: run ./build.sh tool --version once.");
            }

            Stopwatch clock = Stopwatch.StartNew();
            using Process process = Process.Start("dotnet", [tool, "embed", "--model", "default", "--input", input, "--output", Path.Combine(folder, "out.npy"), "--quiet"]);
            List<long> sizes = [];
            while (!process.WaitForExit(250))
            {
                process.Refresh();
                sizes.Add(process.WorkingSet64);
            }

            Console.WriteLine($"{lines:#,0} lines in {clock.Elapsed.TotalSeconds:0.0} s, {lines / clock.Elapsed.TotalSeconds:#,0} lines/s, exit code {process.ExitCode}");
            long[] tenths = [.. Enumerable.Range(0, 10).Select(i => sizes.Skip(sizes.Count * i / 10).Take(Math.Max(1, sizes.Count / 10)).Max() >> 20)];
            Console.WriteLine($"peak {sizes.Max() >> 20} MB; highest in each tenth of the run, MB: {string.Join(" ", tenths)}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Ticket-like lines of 3 to 30 words, none twice.
    private static void Generate(string path, long lines)
    {
        string[] words = "order parcel late broken refund card login password invoice box coffee voucher app page size colour when where please help still never twice again today since my the your for with".Split(' ');
        Random random = new(1);
        using StreamWriter writer = new(path);
        for (long line = 0; line < lines; line++)
        {
            writer.Write(line);
            for (int word = random.Next(3, 31); word > 0; word--)
            {
                writer.Write(' ');
                writer.Write(words[random.Next(words.Length)]);
            }

            writer.Write('\n');
        }
    }
}
