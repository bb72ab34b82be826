using Mlnet.Embeddings.Hubness;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Hubness;

public class HubnessMeasuresTests
{
    [Fact]
    public void A_hand_counted_example_has_the_measures_of_the_definitions()
    {
        // Five lists of two: mean 2; the first row is a hub with 4 = 2k, the last two stand in no list.
        HubnessMeasures measures = HubnessMeasures.Of([4, 3, 3, 0, 0], 2);
        Assert.Equal(5, measures.Count);
        Assert.Equal(2, measures.Neighbors);
        Assert.Equal(((8 + 1 + 1 - 8 - 8) / 5.0) / Math.Pow((4 + 1 + 1 + 4 + 4) / 5.0, 1.5), measures.Skewness, 1e-12);
        Assert.Equal(0.4, measures.RobinHood, 1e-12);
        Assert.Equal(0.4, measures.AntiHubRate, 1e-12);
        Assert.Equal(0.2, measures.HubRate, 1e-12);
        Assert.Equal(0.4, measures.HubOccurrence, 1e-12);

        // Ordered pairs apart: 4 with 3, 3, 0, 0: 1 + 1 + 4 + 4; each 3 with the zeros: 3 + 3; all twice.
        Assert.Equal(2 * (10 + 12) / (2 * 25 * 2.0), measures.Gini, 1e-12);
    }

    [Fact]
    public void Random_counts_have_the_measures_of_the_definitions()
    {
        Random random = new(5);
        for (int round = 0; round < 20; round++)
        {
            int[] counts = [.. Enumerable.Range(0, 1 + (round * 7)).Select(_ => (int)(1 / (0.02 + random.NextDouble())))];
            HubnessMeasures measures = HubnessMeasures.Of(counts, 3);
            if (counts.Sum() == 0)
            {
                continue;
            }

            Assert.Equal(TextbookMeasures.Skewness(counts), measures.Skewness, 1e-9);
            Assert.Equal(TextbookMeasures.RobinHood(counts), measures.RobinHood, 1e-12);
            Assert.Equal(TextbookMeasures.Gini(counts), measures.Gini, 1e-12);
            Assert.Equal(counts.Count(c => c >= 6) / (double)counts.Length, measures.HubRate, 1e-12);
            Assert.Equal(counts.Where(c => c >= 6).Sum() / (double)counts.Sum(), measures.HubOccurrence, 1e-12);
            Assert.Equal(counts.Count(c => c == 0) / (double)counts.Length, measures.AntiHubRate, 1e-12);
        }
    }

    [Fact]
    public void Equal_counts_are_no_hubness()
    {
        HubnessMeasures measures = HubnessMeasures.Of([10, 10, 10], 10);
        Assert.Equal((0, 0, 0, 0, 0, 0), (measures.Skewness, measures.RobinHood, measures.AntiHubRate, measures.HubRate, measures.HubOccurrence, Math.Round(measures.Gini, 12)));
    }

    [Fact]
    public void One_row_without_neighbours_has_zeros_and_no_NaN()
    {
        HubnessMeasures measures = HubnessMeasures.Of([0], 10);
        Assert.Equal((0, 0, 1, 0, 0, 0), (measures.Skewness, measures.RobinHood, measures.AntiHubRate, measures.HubRate, measures.HubOccurrence, measures.Gini));
    }

    [Fact]
    public void The_factor_that_makes_a_hub_can_be_set()
    {
        Assert.Equal(0.75, HubnessMeasures.Of([1, 2, 3, 6], 3, 0.5).HubRate);
        Assert.Equal(0, HubnessMeasures.Of([1, 2, 3, 6], 3, 3).HubRate);
    }

    [Fact]
    public void Bad_input_is_refused_with_what_to_do()
    {
        Assert.Contains("no counts", Assert.Throws<ArgumentException>(() => HubnessMeasures.Of([], 10)).Message, StringComparison.Ordinal);
        Assert.Contains("Row 1 occurs -2 times", Assert.Throws<ArgumentException>(() => HubnessMeasures.Of([1, -2], 10)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => HubnessMeasures.Of([1], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => HubnessMeasures.Of([1], 10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => HubnessMeasures.Of([1], 10, double.NaN));
    }
}
