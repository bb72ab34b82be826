namespace Mlnet.Embeddings.Hubness;

/// <summary>
/// How unevenly rows stand in the lists of the k nearest neighbours: the k-occurrence N_k(x) counts in how many rows' lists x stands (Radovanović, Nanopoulos and Ivanović, 2010).
/// </summary>
/// <param name="Count">Rows that were counted, n.</param>
/// <param name="Neighbors">Places of a list, k.</param>
/// <param name="Skewness">E[(N − mean)³]/σ³ with n in the denominators; 0 where all rows occur equally often. Above 1.4 is usually called hubness.</param>
/// <param name="RobinHood">½ Σ|N − mean| / ΣN (Feldbauer et al. 2018): the share of places that would have to move for all to have equally many, 0 to 1.</param>
/// <param name="AntiHubRate">The share of rows that stand in no list.</param>
/// <param name="HubRate">The share of rows with N ≥ factor · k.</param>
/// <param name="HubOccurrence">The share of all places that these hubs take.</param>
/// <param name="Gini">The Gini index of N, 0 (equal) to 1 − 1/n.</param>
public sealed record HubnessMeasures(int Count, int Neighbors, double Skewness, double RobinHood, double AntiHubRate, double HubRate, double HubOccurrence, double Gini)
{
    /// <summary>A row is a hub from so many times k occurrences on, as the literature has it.</summary>
    public const double DefaultHubFactor = 2;

    /// <summary>Measures k-occurrences.</summary>
    /// <param name="occurrences">In how many lists each row stands, n ≥ 1 counts.</param>
    /// <param name="neighbors">Places of a list, k.</param>
    /// <param name="hubFactor">A row is a hub from so many times k occurrences on.</param>
    /// <exception cref="ArgumentException">There is no count, or one is negative.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k or the factor is not positive.</exception>
    public static HubnessMeasures Of(ReadOnlySpan<int> occurrences, int neighbors, double hubFactor = DefaultHubFactor) =>
        Of(OccurrenceHistogram.Of(occurrences), neighbors, hubFactor);

    /// <summary>Measures k-occurrences that are given as a histogram.</summary>
    /// <param name="histogram">Entry i is the number of rows that stand in i lists.</param>
    /// <param name="neighbors">Places of a list, k.</param>
    /// <param name="hubFactor">A row is a hub from so many times k occurrences on.</param>
    /// <exception cref="ArgumentException">The histogram has no rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k or the factor is not positive.</exception>
    public static HubnessMeasures Of(OccurrenceHistogram histogram, int neighbors, double hubFactor = DefaultHubFactor)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        if (!(hubFactor > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(hubFactor), hubFactor, "A hub occurs more than 0 times as often as the average; give a factor above 0, such as 2.");
        }

        double mean = (double)histogram.Total / histogram.Rows;
        double squares = 0, cubes = 0, apart = 0, hubs = 0, hubPlaces = 0, ranks = 0, before = 0;
        ReadOnlySpan<int> rows = histogram.Frequencies;
        for (int occurrence = 0; occurrence < rows.Length; occurrence++)
        {
            double here = rows[occurrence];
            double difference = occurrence - mean;
            squares += here * difference * difference;
            cubes += here * difference * difference * difference;
            apart += here * Math.Abs(difference);

            // Rows of equal N share the mid-rank of their places in rising order.
            ranks += here * occurrence * (before + ((here + 1) / 2));
            before += here;
            if (occurrence >= hubFactor * neighbors)
            {
                hubs += here;
                hubPlaces += here * occurrence;
            }
        }

        double n = histogram.Rows;
        double total = Math.Max(1, histogram.Total);
        double deviation = Math.Sqrt(squares / n);
        return new(
            histogram.Rows,
            neighbors,
            deviation > 0 ? cubes / n / (deviation * deviation * deviation) : 0,
            apart / 2 / total,
            rows[0] / n,
            hubs / n,
            hubPlaces / total,
            histogram.Total == 0 ? 0 : (2 * ranks / (n * total)) - ((n + 1) / n));
    }
}
