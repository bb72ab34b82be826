namespace Mlnet.Embeddings.Adapters;

/// <summary>Options of <see cref="AdapterReport"/>.</summary>
public sealed class AdapterReportOptions
{
    /// <summary>Resamples of the bootstrap. 1,000: the ends of an interval then differ by a few hundredths of its width from seed to seed.</summary>
    public int Resamples { get; set; } = 1000;

    /// <summary>Held-out rows, pairs or queries that are looked at; of more a sample is drawn. 2,000, whose accuracy is known to a point or two, and a report takes seconds.</summary>
    public int MostRows { get; set; } = 2000;

    /// <summary>Seed of the sample and of the bootstrap.</summary>
    public int Seed { get; set; } = 42;

    /// <summary>The most threads to use; the report does not depend on it. By default one a processor.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Resamples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostRows, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(Seed);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
    }
}
