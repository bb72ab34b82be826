using System.Diagnostics;
using System.Globalization;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Static;

namespace Mlnet.Embeddings.Tool.Training;

/// <summary>Writes how a training goes, a line every ten seconds.</summary>
internal sealed class TrainingProgress(TextWriter writer) : IProgress<StaticTrainingProgress>, IProgress<AdapterTrainingProgress>
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _next = Between;

    public void Say(string line) => writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds,6:f0} s  {line}"));

    /// <summary>Writes a line where it is time for one.</summary>
    public void SayAtTimes(Func<string> line)
    {
        if (IsTime())
        {
            Say(line());
        }
    }

    public void Report(AdapterTrainingProgress value) => SayAtTimes(() => string.Create(CultureInfo.InvariantCulture, $"epoch {value.Epoch}, step {value.Step:n0} of {value.Steps:n0} at most, {Losses(value)}, rate {value.LearningRate:g3}"));

    public void Report(StaticTrainingProgress value)
    {
        if (!IsTime() && value.Fraction < 1)
        {
            return;
        }

        Say(value.Pass == 0
            ? string.Create(CultureInfo.InvariantCulture, $"counted {value.Pairs:n0} pairs")
            : string.Create(CultureInfo.InvariantCulture, $"pass {value.Pass}, {value.Pairs:n0} pairs, {value.Fraction:p0}, loss {value.Loss:f4}, rate {value.LearningRate:f3}"));
    }

    private static string Losses(AdapterTrainingProgress value) =>
        (double.IsNaN(value.Loss) ? "" : string.Create(CultureInfo.InvariantCulture, $"loss {value.Loss:f4}"))
        + (double.IsNaN(value.Loss) || double.IsNaN(value.ValidationLoss) ? "" : ", ")
        + (double.IsNaN(value.ValidationLoss) ? "" : string.Create(CultureInfo.InvariantCulture, $"held-out loss {value.ValidationLoss:f4}"));

    private bool IsTime()
    {
        if (_watch.Elapsed < _next)
        {
            return false;
        }

        _next = _watch.Elapsed + Between;
        return true;
    }
}
