namespace Mlnet.Embeddings.Static.Training;

/// <summary>Averages the loss between reports.</summary>
internal sealed class TrainingReport(IProgress<StaticTrainingProgress>? progress, long expectedPairs)
{
    private const int Every = 20;

    private int _pass;
    private int _batches;
    private long _pairsSince;
    private double _lossSince;
    private double _rate;

    /// <summary>Pairs trained on so far.</summary>
    public long Pairs { get; private set; }

    public void Add(int pass, int pairs, double loss, double rate)
    {
        (_pass, _rate) = (pass, rate);
        Pairs += pairs;
        _pairsSince += pairs;
        _lossSince += loss * pairs;
        if (++_batches % Every == 0)
        {
            Report(Math.Min(1, Pairs / (double)expectedPairs));
        }
    }

    public void Finish() => Report(1);

    private void Report(double fraction)
    {
        progress?.Report(new(_pass, Pairs, fraction, _lossSince / _pairsSince, _rate));
        (_pairsSince, _lossSince) = (0, 0);
    }
}
