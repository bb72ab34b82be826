namespace Mlnet.Embeddings.Whitening;

/// <summary>Options of <see cref="WhiteningTransform"/>.</summary>
/// <remarks>
/// Defaults were chosen by <c>./build.sh bench transforms</c> (tests/Mlnet.Embeddings.Benchmarks), with the bundled model and potion-base-2M. Figures are points over the vectors
/// as they are, of either model: STS-B dev, Banking77 with 8 rows a label (C tuned), k-means and 10 nearest neighbours on 20 Newsgroups.
/// </remarks>
public sealed class WhiteningOptions
{
    /// <summary>The kind of whitening. ZCA, because the vectors stay as near to the model's as whitened ones can be, and keep their dimensions: cosines are PCA's, but
    /// bits taken afterwards classify 65.4 and 56.9 % rightly, after PCA 48.8 and 51.4 %. The -cor kinds differ by a point at most.</summary>
    public WhiteningKind Kind { get; init; } = WhiteningKind.Zca;

    /// <summary>Dimensions kept, the leading ones; with <see cref="WhiteningKind.Pca"/> and <see cref="WhiteningKind.PcaCor"/> only. Null, for all that the fitted rows span.</summary>
    public int? Dimensions { get; init; }

    /// <summary>
    /// How far to whiten, 0 to 1: variances are raised to 1 − α; 1 gives a covariance of I, 0 rotates (PCA) or centres (ZCA) only. Null, for 0.25, and 1 with
    /// <see cref="WhiteningKind.Cholesky"/>, which knows no less. 0.25 keeps what whitening gains and hardly loses: STS +0.9 and +1.1, neighbours +2.5 and +3.4, classification −0.5 and +0.2,
    /// clusters −0.4 and +0.2; 1 gives +0.3 and +1.2, +0.1 and +1.8, −12.8 and −4.0, −23.6 and −9.7.
    /// </summary>
    public double? Alpha { get; init; }

    /// <summary>What is added to each eigenvalue, so that weak directions are not blown up (SoftZCA, Diera et al. 2024). 0: beside the default α, a tenth of the mean eigenvalue moves no score by more than 0.4 points.</summary>
    public double Epsilon { get; init; }

    /// <summary>Shrinkage of the covariance. None: from twice as many rows as dimensions on it moves STS by 0.1 points at most. With fewer take Ledoit and Wolf's: with half as
    /// many rows as dimensions STS loses 0.3 and 2.4 without it, and gains 0.8 and 0.9 with it.</summary>
    public CovarianceShrinkage Shrinkage { get; init; } = CovarianceShrinkage.None;

    /// <summary>Whether the vectors are scaled to length 1 in the end. Yes, because stores and trainers expect unit vectors; cosines stay what they are, and at α = 1 the V-measure of k-means is 5.6 and 1.9 points higher than without.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>
    /// The most threads to fit with. By default one a processor. A data view that deals its rows out to several threads deals them differently each time, which moves the moments by a relative 1e-9
    /// at most; with 1 the same rows give the same bits.
    /// </summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    internal double EffectiveAlpha => Alpha ?? (Kind == WhiteningKind.Cholesky ? 1 : 0.25);

    internal void Validate()
    {
        if (!Enum.IsDefined(Kind))
        {
            throw new ArgumentOutOfRangeException(nameof(Kind), Kind, "There is no such kind of whitening.");
        }

        if (!Enum.IsDefined(Shrinkage))
        {
            throw new ArgumentOutOfRangeException(nameof(Shrinkage), Shrinkage, "There is no such shrinkage.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
        if (Dimensions is int kept && Kind is not (WhiteningKind.Pca or WhiteningKind.PcaCor))
        {
            throw new ArgumentException($"{Kind} keeps all dimensions; {kept} of them are kept by Pca and PcaCor only.", nameof(Dimensions));
        }

        if (Dimensions is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Dimensions), Dimensions, "Keep one dimension at least.");
        }

        if (!(EffectiveAlpha is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Alpha), Alpha, "Alpha goes from 0 (not whitened) to 1 (whitened).");
        }

        if (Kind == WhiteningKind.Cholesky && EffectiveAlpha != 1)
        {
            throw new ArgumentException("Cholesky whitens wholly or not at all: leave Alpha out, or take another kind.", nameof(Alpha));
        }

        if (!(Epsilon is >= 0 and < double.PositiveInfinity))
        {
            throw new ArgumentOutOfRangeException(nameof(Epsilon), Epsilon, "Epsilon is a number from 0.");
        }
    }
}
