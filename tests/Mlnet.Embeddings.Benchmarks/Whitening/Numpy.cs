using System.Diagnostics;
using System.Globalization;

namespace Mlnet.Embeddings.Benchmarks.Whitening;

/// <summary>numpy in a process of its own, which whitens on demand; the clock stands here, around a line out and a line back.</summary>
internal sealed class Numpy : IDisposable
{
    private readonly Process _process;

    private Numpy(Process process) => _process = process;

    /// <summary>Starts it over a file of rows.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="rows">The rows, .npy.</param>
    /// <param name="exact">Where to write what float64 gives for the first rows.</param>
    /// <returns>Null where Python or numpy is missing, with a line that says so.</returns>
    public static Numpy? Start(string python, string rows, string exact)
    {
        ProcessStartInfo start = new(python, [Path.Combine(AppContext.BaseDirectory, "Whitening", "whitening.py"), rows, exact])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OPENBLAS_NUM_THREADS"] = WhiteningBenchmark.Threads.ToString(CultureInfo.InvariantCulture);
        try
        {
            Numpy peer = new(Process.Start(start)!);
            if (peer._process.StandardOutput.ReadLine() is string greeting)
            {
                Console.WriteLine(greeting);
                return peer;
            }

            peer.Dispose();
            return Missing($"'{python}' has no numpy");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return Missing($"there is no '{python}'");
        }
    }

    /// <summary>Fits and applies once.</summary>
    public long Run() => long.Parse(Ask("run"), CultureInfo.InvariantCulture);

    /// <summary>The same, and scales the rows to length 1.</summary>
    public long RunToUnitLength() => long.Parse(Ask("unit"), CultureInfo.InvariantCulture);

    /// <summary>Writes the first rows as float64 whitens them.</summary>
    public void WriteExact() => Ask("exact");

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        return _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Python ended.");
    }

    private static Numpy? Missing(string why)
    {
        Console.WriteLine($"numpy is left out: {why}. Give a Python that has it as argument.");
        return null;
    }
}
