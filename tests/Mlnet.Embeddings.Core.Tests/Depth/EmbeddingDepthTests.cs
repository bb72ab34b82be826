using Mlnet.Embeddings.Core.Tests.Neighbors;
using Mlnet.Embeddings.Core.Tests.Persistence;
using Mlnet.Embeddings.Depth;
using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Depth;

public class EmbeddingDepthTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Depths_are_2_minus_the_mean_of_all_distances_one_by_one()
    {
        (EmbeddingMatrix rows, EmbeddingMatrix others) = (TextbookNeighbors.Normal(80, 7, 1, offset: 0.4), TextbookNeighbors.Normal(30, 7, 2, scale: 3));
        rows.Row(5).Clear();
        others.Row(6).Clear();
        EmbeddingDepth depth = EmbeddingDepth.Of(rows, Cancellation);
        Assert.Equal((80, 7), (depth.Count, depth.Dimensions));
        for (int i = 0; i < rows.Rows; i++)
        {
            double[] distances = TextbookNeighbors.Distances(rows.Row(i), rows, VectorMetric.Cosine);
            Assert.Equal(2 - distances.Where((_, j) => j != i).Average(), depth.Depths[i], 1e-12);
        }

        double[] found = depth.DepthsOf(others);
        for (int i = 0; i < others.Rows; i++)
        {
            Assert.Equal(2 - TextbookNeighbors.Distances(others.Row(i), rows, VectorMetric.Cosine).Average(), found[i], 1e-12);
        }
    }

    [Fact]
    public void Depths_do_not_depend_on_the_blocks_nor_on_lengths()
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(50, 4, 3);
        EmbeddingDepth whole = EmbeddingDepth.Of(rows, Cancellation);
        EmbeddingDepth parts = EmbeddingDepth.Of([new([.. rows.Values[..12]], 3, 4), new(0, 4), new([.. rows.Values[12..]], 47, 4)], Cancellation);
        Assert.Equal(whole.Depths.ToArray(), parts.Depths.ToArray());
        EmbeddingMatrix scaled = new([.. rows.Values.ToArray().Select(v => v * 1e30f)], 50, 4);
        Assert.All(whole.Depths.ToArray().Zip(EmbeddingDepth.Of(scaled, Cancellation).Depths.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Fact]
    public void The_order_goes_from_the_centre_outwards_and_outliers_score_high()
    {
        // Angles 0, 10, −10, 80 degrees: each among the other three.
        double[] angles = [0, 10, -10, 80];
        EmbeddingDepth depth = EmbeddingDepth.Of(new EmbeddingMatrix([.. angles.SelectMany(a => new[] { (float)Math.Cos(a * Math.PI / 180), (float)Math.Sin(a * Math.PI / 180) })], 4, 2), Cancellation);
        Assert.Equal([1, 0, 2, 3], depth.CentralityOrder());
        Assert.Equal(1, depth.OutlierScore(0.1));
        Assert.Equal(0, depth.OutlierScore(2));
        Assert.Equal([0.375, 0.125, 0.625, 0.875], depth.Depths.ToArray().Select(depth.OutlierScore));
        Assert.True(depth.Depth([1, 0.1f]) > depth.Depth([0, 1]));
    }

    [Fact]
    public void Equal_corpora_are_not_told_apart_and_another_one_is()
    {
        EmbeddingMatrix reference = TextbookNeighbors.Normal(300, 8, 1, offset: 1), alike = TextbookNeighbors.Normal(200, 8, 2, offset: 1), wide = TextbookNeighbors.Normal(200, 8, 3, offset: 1, scale: 2);
        DepthComparison same = DepthComparison.Of(reference, alike, Cancellation);
        Assert.InRange(same.Q, 0.42, 0.58);
        Assert.InRange(same.PValue, 0.01, 0.99);
        DepthComparison different = DepthComparison.Of(reference, wide, Cancellation);
        Assert.InRange(different.Q, 0, 0.3);
        Assert.InRange(different.PValue, 0, 1e-10);
        Assert.InRange(DepthComparison.Of(wide, alike, Cancellation).Q, 0.7, 1);

        // By counting pairs.
        double pairs = different.Depths.Average(g => different.Reference.Depths.ToArray().Average(f => f < g ? 1 : f == g ? 0.5 : 0));
        Assert.Equal(pairs, different.Q, 1e-12);
    }

    [Fact]
    public void Texts_on_another_matter_are_outliers_among_tickets()
    {
        EmbeddingMatrix tickets = EmbeddingModel.Default.Encode(["my parcel is late", "where is my parcel", "the courier lost the parcel", "parcel not delivered", "delivery was late again"], Cancellation);
        EmbeddingDepth depth = EmbeddingDepth.Of(tickets, Cancellation);
        Assert.True(depth.OutlierScore(depth.Depth(EmbeddingModel.Default.Encode("a sonata for violin and piano"))) == 1);
        Assert.True(depth.OutlierScore(depth.Depth(EmbeddingModel.Default.Encode("is my parcel late"))) < 0.5);
    }

    [Fact]
    public void What_was_saved_measures_the_same_bits()
    {
        EmbeddingDepth depth = EmbeddingDepth.Of(TextbookNeighbors.Normal(50, 4, 3), Cancellation);
        using MemoryStream stream = new();
        depth.Save(stream);
        EmbeddingDepth loaded = EmbeddingDepth.Load(new MemoryStream(stream.ToArray()));
        Assert.Equal(depth.Depths.ToArray(), loaded.Depths.ToArray());
        EmbeddingMatrix others = TextbookNeighbors.Normal(9, 4, 4);
        Assert.Equal(depth.DepthsOf(others), loaded.DepthsOf(others));
        Assert.Equal(depth.CentralityOrder(), loaded.CentralityOrder());
        ForgedArchive.AssertRefusedOrUsable(stream.ToArray(), forged =>
        {
            EmbeddingDepth read = EmbeddingDepth.Load(forged);
            Assert.InRange(read.Depth(new float[read.Dimensions]), -0.01, 2.01);
            Assert.Equal(read.Count, read.CentralityOrder().Length);
        });
    }

    [Fact]
    public void Rows_that_cannot_be_measured_are_refused()
    {
        EmbeddingDepth depth = EmbeddingDepth.Of(TextbookNeighbors.Normal(50, 4, 3), Cancellation);
        Refused("two rows at least; there are 1", () => EmbeddingDepth.Of(new EmbeddingMatrix(1, 4)));
        Refused("no rows", () => EmbeddingDepth.Of(new EmbeddingMatrix(0, 4)));
        Refused("row 1 holds NaN", () => EmbeddingDepth.Of(new EmbeddingMatrix([1, float.NaN], 2, 1)));
        Refused("4 dimensions", () => depth.DepthsOf(new EmbeddingMatrix(1, 3)));
        Refused("NaN", () => depth.Depth([1, 2, 3, float.PositiveInfinity]));
        Refused("NaN", () => depth.OutlierScore(double.NaN));
        Refused("no rows", () => DepthComparison.Of(TextbookNeighbors.Normal(5, 4, 1), new EmbeddingMatrix(0, 4)));

        static void Refused(string expected, Func<object> act) => Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(act).Message, StringComparison.Ordinal);
    }
}
