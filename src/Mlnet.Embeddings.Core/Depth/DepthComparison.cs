using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Depth;

/// <summary>
/// Whether a second corpus lies farther out than a first one, by depth in the first (Liu and Singh, 1993; for text embeddings Seegmiller and Preum, EMNLP 2023): the rank-sum test of the depths of
/// both, with the statistic Q.
/// </summary>
/// <param name="Reference">The first corpus; <see cref="EmbeddingDepth.Depths"/> has the depths of its rows, itself left out each.</param>
/// <param name="Depths">The depths of the second corpus' rows in the first.</param>
/// <param name="Test">The rank-sum test of the first corpus' depths against the second's: <see cref="RankSumTest.Greater"/> is small where the second lies farther out.</param>
public sealed record DepthComparison(EmbeddingDepth Reference, IReadOnlyList<double> Depths, RankSumTest Test)
{
    /// <summary>
    /// Q, the probability that a row of the first corpus is no deeper than one of the second, half of equally deep pairs counted: ½ where both come from one distribution, less where the second lies
    /// farther out, more where it lies closer to the first's centre than its own rows.
    /// </summary>
    public double Q => 1 - Test.Superiority;

    /// <summary>The p-value of the second corpus lying no farther out than the first.</summary>
    public double PValue => Test.Greater;

    /// <summary>Compares two corpora.</summary>
    /// <param name="reference">The first: m×d vectors, m ≥ 2.</param>
    /// <param name="other">The second: n×d vectors, n ≥ 1.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    /// <exception cref="ArgumentException">There are too few rows, dimensions differ, or a row holds NaN or infinity.</exception>
    public static DepthComparison Of(EmbeddingMatrix reference, EmbeddingMatrix other, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Of(EmbeddingDepth.Of(reference, cancellationToken), [other], cancellationToken);
    }

    /// <summary>Compares a second corpus, which streams by once, with a first that is measured.</summary>
    /// <param name="reference">The first corpus.</param>
    /// <param name="blocks">The second's rows; a block may be written over once the next is asked for.</param>
    /// <param name="cancellationToken">Ends the measuring between blocks.</param>
    /// <exception cref="ArgumentException">The second has no rows, dimensions differ, or a row holds NaN or infinity.</exception>
    public static DepthComparison Of(EmbeddingDepth reference, IEnumerable<EmbeddingMatrix> blocks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(blocks);
        List<double> depths = [];
        foreach (EmbeddingMatrix block in blocks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            depths.AddRange(reference.DepthsOf(block));
        }

        return depths.Count > 0
            ? new(reference, depths, RankSumTest.Of(reference.Depths, [.. depths]))
            : throw new ArgumentException("The second corpus has no rows.", nameof(blocks));
    }
}
