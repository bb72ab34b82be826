using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Hubness;

/// <summary>Whether vectors have hubs that are worth reducing.</summary>
public static class HubnessCheck
{
    /// <summary>
    /// The skewness of the 10-occurrences from which on a reduction is expected to pay: 1.4, above which the literature speaks of hubness and about the lowest at which one was seen to help the votes of
    /// neighbours (by local scaling, 0.9 ± 0.6 points at 1.37 on Banking77, <c>./build.sh bench hubness-components</c>). On 20 Newsgroups and AG News such reductions removed 6 to 10 % of the errors
    /// above 3 and about 4 % at 2.4 (<c>./build.sh bench hubness</c>). For other trainers the skewness tells nothing: features for a linear classifier lost at 1.37 and at 2.3 alike.
    /// </summary>
    public const double WorthReducing = 1.4;

    /// <summary>The neighbours that occurrences are counted among, k = 10, as in the literature.</summary>
    public const int Neighbors = 10;

    // Skewness grows slowly with the number of rows; ten thousand are compared with each other in seconds.
    private const int Sample = 10_000;

    /// <summary>The skewness of the k-occurrences for k = 10 (fewer where rows are fewer) of a random sample of 10,000 rows.</summary>
    /// <param name="rows">n×d vectors.</param>
    /// <param name="metric">What is measured between them.</param>
    /// <param name="seed">Seed of the sample and of the order of equally near rows.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    /// <returns>0 where there are fewer than two rows.</returns>
    /// <exception cref="ArgumentException">A row holds NaN or infinity.</exception>
    public static double Skewness(EmbeddingMatrix rows, VectorMetric metric = VectorMetric.Cosine, int seed = 42, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Rows < 2)
        {
            return 0;
        }

        EmbeddingMatrix sample = RowSample.Draw([rows], Sample, seed, cancellationToken);
        int neighbors = Math.Min(Neighbors, sample.Rows - 1);
        int[] occurrences = KOccurrence.Of(new ExactNeighbors(sample, metric, seed), neighbors, cancellationToken: cancellationToken);
        return HubnessMeasures.Of(occurrences, neighbors).Skewness;
    }
}
