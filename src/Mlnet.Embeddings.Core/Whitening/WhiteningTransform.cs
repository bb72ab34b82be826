using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Whitening;

/// <summary>
/// Whitening: x ↦ (x − μ)W, after which the fitted rows have mean 0 and, with α = 1, ε = 0, no shrinkage and before scaling to length 1, covariance I
/// (WhiteningBERT, Huang et al. 2021; Su et al. 2021; Kessy, Lewin and Strimmer, 2018).
/// </summary>
/// <remarks>
/// Eigenvalues up to d · 2⁻⁵² times the largest count as 0, which fewer rows than dimensions, constant or duplicate dimensions bring about. Their directions are dropped by
/// the PCA kinds, so that fewer dimensions come out, and mapped to 0 by the ZCA kinds; Cholesky refuses. Vectors that become zero stay zero when scaled to length 1.
/// Nothing is ever NaN. The eigenvector's component of largest magnitude is positive, so a fit is reproducible.
/// </remarks>
public sealed class WhiteningTransform : VectorTransform
{
    private readonly float[] _mean;
    private readonly float[] _matrix;
    private readonly LinearRows _rows;

    internal WhiteningTransform(WhiteningKind kind, float[] mean, float[] matrix, double[] eigenvalues, double shrinkage, bool normalize)
        : base(mean.Length, matrix.Length / mean.Length)
    {
        _mean = mean;
        _matrix = matrix;
        WhiteningKind = kind;
        Eigenvalues = eigenvalues;
        Shrinkage = shrinkage;
        IsNormalized = normalize;
        _rows = new LinearRows(mean, matrix, mean.Length, [], normalize);
    }

    /// <summary>The kind of whitening.</summary>
    public WhiteningKind WhiteningKind { get; }

    /// <summary>The eigenvalues of the covariance (of the correlations, with the -cor kinds), d of them, largest first; none with Cholesky.</summary>
    public IReadOnlyList<double> Eigenvalues { get; }

    /// <summary>How far the covariance was drawn towards a multiple of I, 0 to 1.</summary>
    public double Shrinkage { get; }

    /// <summary>μ, d values.</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>W, d×k, row after row.</summary>
    public ReadOnlySpan<float> Matrix => _matrix;

    /// <inheritdoc/>
    public override string Name => $"whiten:{NameOf(WhiteningKind)}";

    /// <inheritdoc/>
    public override bool IsNormalized { get; }

    /// <inheritdoc/>
    public override AffineMap Affine => AffineMap.Around(_mean, _matrix, OutputDimensions, IsNormalized);

    internal override string Kind => "whitening";

    /// <summary>Fits on rows that stream by once.</summary>
    /// <param name="blocks">The rows; a block may be written over once the next is asked for.</param>
    /// <param name="options">The kind of whitening.</param>
    /// <param name="cancellationToken">Ends the pass between blocks.</param>
    /// <exception cref="ArgumentException">There are fewer than two rows, no two of them differ, an option is out of range, or a row holds NaN or infinity.</exception>
    public static WhiteningTransform Fit(IEnumerable<EmbeddingMatrix> blocks, WhiteningOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        return FitFrom(Moments.Of(blocks, options.Threads, cancellationToken), options);
    }

    /// <summary>Fits on the rows of a matrix.</summary>
    /// <inheritdoc cref="Fit(IEnumerable{EmbeddingMatrix}, WhiteningOptions?, CancellationToken)"/>
    public static WhiteningTransform Fit(EmbeddingMatrix rows, WhiteningOptions? options = null) => Fit([rows], options);

    /// <summary>Fits on moments that were collected before.</summary>
    /// <inheritdoc cref="Fit(IEnumerable{EmbeddingMatrix}, WhiteningOptions?, CancellationToken)"/>
    public static WhiteningTransform FitFrom(Moments moments, WhiteningOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(moments);
        options ??= new();
        options.Validate();
        return new WhiteningFit(moments, options).Run();
    }

    /// <summary>The name of a kind in chains.</summary>
    internal static string NameOf(WhiteningKind kind) => kind switch
    {
        WhiteningKind.PcaCor => "pca-cor",
        WhiteningKind.ZcaCor => "zca-cor",
        _ => kind.ToString().ToLowerInvariant(),
    };

    internal static WhiteningTransform Read(TensorArchive archive)
    {
        ReadOnlySpan<int> shape = archive.Shape("matrix", 2);
        (int d, int k) = (shape[0], shape[1]);
        archive.Positive("matrix", Math.Min(d, k));
        int eigenvalues = archive.Shape("eigenvalues", 1)[0];
        return new(archive.Enum<WhiteningKind>("kind"), archive.Singles("mean", d), archive.Singles("matrix", d, k), archive.Doubles("eigenvalues", eigenvalues), archive.Double("shrinkage"), archive.Boolean("normalize"));
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Set("kind", WhiteningKind.ToString());
        writer.Set("shrinkage", Shrinkage);
        writer.Set("normalize", IsNormalized);
        writer.Add("mean", _mean, InputDimensions);
        writer.Add("matrix", _matrix, InputDimensions, OutputDimensions);
        writer.Add("eigenvalues", [.. Eigenvalues], Eigenvalues.Count);
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count) => _rows.Map(rows, destination, count);
}
