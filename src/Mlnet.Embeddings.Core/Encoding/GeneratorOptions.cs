namespace Mlnet.Embeddings;

/// <summary>Settings of <see cref="EmbeddingModel.FromGenerator"/>.</summary>
public sealed class GeneratorOptions
{
    /// <summary>The largest <see cref="BatchSize"/>: a pipeline holds so many rows in memory for each cursor.</summary>
    public const int LargestBatch = 16_384;

    /// <summary>Texts a request. 64 by default: most providers allow at least 96, and larger requests gain little but fail more costly.</summary>
    public int BatchSize { get; set; } = 64;

    /// <summary>Tries a request before its error is passed on. 5 by default: with the delays below about a quarter of a minute, enough for a rate limit.</summary>
    public int MaximumAttempts { get; set; } = 5;

    /// <summary>Wait before the second try; it doubles each time, with up to a quarter more at random so that parallel callers spread.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait before a try; at most a day. Half a minute by default: rate limits are counted by the minute.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether an error may pass when the request is made again. By default: time-outs, broken connections, HTTP 408, 429 and 5xx.</summary>
    public Func<Exception, bool> IsTransient { get; set; } = GeneratorModel.IsUsuallyTransient;

    /// <summary>Values a vector, as the generator gives them (it is not asked for another number); null to ask the generator's metadata, else to embed one short text and count.</summary>
    public int? Dimensions { get; set; }

    /// <summary>The clock that waits are measured by; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
