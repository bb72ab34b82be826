using System.Diagnostics;
using System.Globalization;
using Mlnet.Embeddings.Static;

namespace Mlnet.Embeddings.Tool.Training;

/// <summary>Writes how a training goes, a line every ten seconds.</summary>
internal sealed class TrainingProgress(TextWriter writer) : IProgress<StaticTrainingProgress>
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _next = TimeSpan.FromSeconds(10);

    public void Say(string line) => writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds,6:f0} s  {line}"));

    public void Report(StaticTrainingProgress value)
    {
        if (_watch.Elapsed < _next && value.Fraction < 1)
        {
            return;
        }

        _next = _watch.Elapsed + TimeSpan.FromSeconds(10);
        Say(value.Pass == 0
            ? string.Create(CultureInfo.InvariantCulture, $"counted {value.Pairs:n0} pairs")
            : string.Create(CultureInfo.InvariantCulture, $"pass {value.Pass}, {value.Pairs:n0} pairs, {value.Fraction:p0}, loss {value.Loss:f4}, rate {value.LearningRate:f3}"));
    }
}
