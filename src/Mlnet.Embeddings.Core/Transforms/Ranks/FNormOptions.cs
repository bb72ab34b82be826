namespace Mlnet.Embeddings.Transforms;

/// <summary>How <see cref="FNormTransform"/> is fitted.</summary>
public sealed class FNormOptions
{
    /// <summary>The most knots kept of a dimension's distribution. 1,024: ranks are off by a two-thousandth at most, and 384 dimensions take 1.5 MB.</summary>
    public int Knots { get; init; } = 1024;

    /// <summary>Rows that are drawn to fit on where there are more. 100,000: a rank's sampling error is below a knot's distance, and 384 dimensions take 150 MB while fitting.</summary>
    public int Sample { get; init; } = 100_000;

    /// <summary>Seed of that draw.</summary>
    public int Seed { get; init; } = 42;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Knots, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Knots, 1 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(Sample, 1);
    }
}
