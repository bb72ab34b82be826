using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Mlnet.Embeddings.Benchmarks.Neighbors;

/// <summary>Python in a process of its own, which finds neighbours on demand; it holds the clock around the search alone, not around reading the rows.</summary>
internal sealed class PythonPeer : IDisposable
{
    private readonly Process? _process;

    public PythonPeer(string python)
    {
        ProcessStartInfo start = new(python, [Path.Combine(AppContext.BaseDirectory, "Neighbors", "neighbors.py")]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = NeighborsBenchmark.Threads.ToString(CultureInfo.InvariantCulture);
        try
        {
            _process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.WriteLine($"Python is left out: there is no '{python}'. Give one as argument.");
        }
    }

    public static void Write(string path, EmbeddingMatrix rows)
    {
        using FileStream file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes<int>([rows.Rows, rows.Dimensions]));
        file.Write(MemoryMarshal.AsBytes(rows.Values));
    }

    /// <summary>The numbers a call gives; null where Python or the library is missing.</summary>
    public double[]? Ask(params object[] words)
    {
        if (_process is null)
        {
            return null;
        }

        _process.StandardInput.WriteLine(string.Join(' ', words));
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Python ended.");
        if (line.StartsWith("missing", StringComparison.Ordinal))
        {
            Console.WriteLine($"left out, because Python lacks it: {line["missing ".Length..]}");
            return null;
        }

        return [.. line.Split(' ').Select(w => double.Parse(w, CultureInfo.InvariantCulture))];
    }

    public void Dispose()
    {
        _process?.StandardInput.Close();
        _process?.WaitForExit();
        _process?.Dispose();
    }
}
