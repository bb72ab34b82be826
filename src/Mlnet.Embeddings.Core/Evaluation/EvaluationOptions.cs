namespace Mlnet.Embeddings.Evaluation;

/// <summary>What all evaluations have in common.</summary>
public abstract class EvaluationOptions
{
    /// <summary>Seed of every draw. 42 is MTEB's, so the same rows are drawn.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Resamples of the bootstrap. 1,000 put the ends of a 95 % interval within a few percent of its width.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>The most threads to use; the scores do not depend on it. By default one a processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal virtual void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Seed);
        ArgumentOutOfRangeException.ThrowIfLessThan(Resamples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
    }
}
