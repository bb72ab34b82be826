using System.Diagnostics;
using System.Globalization;

namespace Mlnet.Embeddings.Benchmarks.Adapters;

/// <summary>PyTorch in a process of its own, which trains on demand; it holds the clock around the training alone.</summary>
internal sealed class PyTorch : IDisposable
{
    private readonly Process _process;

    private PyTorch(Process process) => _process = process;

    /// <summary>Starts it over two files of rows.</summary>
    /// <returns>Null where Python or PyTorch is missing, with a line that says so.</returns>
    public static PyTorch? Start(string python, string anchors, string positives)
    {
        string[] numbers = [.. new[] { TrainingBenchmark.Dimensions, TrainingBenchmark.BatchSize, TrainingBenchmark.Epochs, TrainingBenchmark.Threads }.Select(n => n.ToString(CultureInfo.InvariantCulture))];
        ProcessStartInfo start = new(python, [Path.Combine(AppContext.BaseDirectory, "Adapters", "adapters.py"), anchors, positives, .. numbers])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = numbers[3];
        try
        {
            PyTorch peer = new(Process.Start(start)!);
            if (peer._process.StandardOutput.ReadLine() is string greeting)
            {
                Console.WriteLine(greeting);
                return peer;
            }

            peer.Dispose();
            return Missing($"'{python}' has no torch");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return Missing($"there is no '{python}'");
        }
    }

    /// <summary>Trains once.</summary>
    public (double Seconds, double Loss, double PeakMegabytes) Train()
    {
        _process.StandardInput.WriteLine("train");
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Python ended.");
        double[] numbers = [.. line.Split(' ').Select(w => double.Parse(w, CultureInfo.InvariantCulture))];
        return (numbers[0], numbers[1], numbers[2]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static PyTorch? Missing(string why)
    {
        Console.WriteLine($"PyTorch is left out: {why}. Give a Python that has it as argument.");
        return null;
    }
}
