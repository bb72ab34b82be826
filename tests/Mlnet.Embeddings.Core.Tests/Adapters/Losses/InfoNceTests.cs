using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

public class InfoNceTests
{
    [Fact]
    public void It_is_the_mean_of_the_negative_log_share_of_the_positives()
    {
        LossCase rows = new(CosineLayout.Crossed, 4, 12, 5);

        Assert.Equal(Textbook(rows, 0.1, (_, _) => true), rows.Value(new InfoNce(0.1)), 1e-12);
    }

    [Fact]
    public void Symmetric_it_is_the_mean_of_both_directions()
    {
        LossCase rows = new(CosineLayout.Crossed, 4, 8, 5);
        double back = 0;
        for (int j = 0; j < 4; j++)
        {
            back += Math.Log(Enumerable.Range(0, 4).Sum(i => Math.Exp(rows.Cosine(i, j) / 0.1))) - (rows.Cosine(j, j) / 0.1);
        }

        Assert.Equal((Textbook(rows, 0.1, (_, _) => true) + (back / 4)) / 2, rows.Value(new InfoNce(0.1, symmetric: true)), 1e-12);
    }

    [Fact]
    public void What_is_excluded_is_no_negative()
    {
        LossCase rows = new(CosineLayout.Crossed, 4, 8, 5, batch => { batch.Exclude(0, 2); batch.Exclude(3, 7); batch.Exclude(1, 1); });

        Assert.Equal(Textbook(rows, 0.1, (i, j) => (i, j) is not ((0, 2) or (3, 7))), rows.Value(new InfoNce(0.1)), 1e-12);
    }

    [Fact]
    public void An_anchor_without_a_positive_does_not_count()
    {
        LossCase rows = new(CosineLayout.Self, 5, 5, 4, batch => (batch.Positives[0], batch.Positives[3]) = (3, 4));
        double expected = 0;
        foreach ((int i, int p) in new[] { (0, 3), (3, 4) })
        {
            expected += Math.Log(Enumerable.Range(0, 5).Where(j => j != i).Sum(j => Math.Exp(rows.Cosine(i, j)))) - rows.Cosine(i, p);
        }

        Assert.Equal(expected / 2, rows.Value(new InfoNce(1)), 1e-12);
    }

    [Fact]
    public void A_small_temperature_neither_overflows_nor_vanishes_in_float()
    {
        LossFrame<float> frame = new(new InfoNce(0.001, symmetric: true), 2);
        frame.Batch.Reset(CosineLayout.Crossed, 2, 2);
        float[] a = [1, 0, 0, 1], b = [-1, 0, 0, -1], ga = new float[4], gb = new float[4];

        double loss = frame.Evaluate(a, b, ga, gb);

        Assert.Equal(1000, loss, 1e-2);
        Assert.All(ga.Concat(gb), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        LossCase rows = new(CosineLayout.Crossed, 200, 400, 24, batch => batch.Exclude(100, 7));

        (double loss, double[] a, double[] b) = rows.Evaluate(new InfoNce(0.05, symmetric: true));
        (double again, double[] a2, double[] b2) = rows.Evaluate(new InfoNce(0.05, symmetric: true), threads: 3);

        Assert.Equal(loss, again);
        Assert.Equal(a, a2);
        Assert.Equal(b, b2);
    }

    [Fact]
    public void A_row_of_zeros_has_cosine_zero_and_no_gradient()
    {
        LossCase rows = new(CosineLayout.Crossed, 3, 3, 4);
        rows.Anchors.AsSpan(0, 4).Clear();

        (double loss, double[] anchors, double[] candidates) = rows.Evaluate(new InfoNce(0.1));

        Assert.True(double.IsFinite(loss));
        Assert.Equal(new double[4], anchors[..4]);
        Assert.All(candidates, value => Assert.True(double.IsFinite(value)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_temperature_that_is_not_positive_is_refused(double temperature)
        => Assert.Contains("0.05", Assert.Throws<ArgumentOutOfRangeException>(() => new InfoNce(temperature)).Message, StringComparison.Ordinal);

    private static double Textbook(LossCase rows, double temperature, Func<int, int, bool> negative)
    {
        double loss = 0;
        for (int i = 0; i < rows.AnchorCount; i++)
        {
            double sum = Enumerable.Range(0, rows.CandidateCount).Where(j => j == i || negative(i, j)).Sum(j => Math.Exp(rows.Cosine(i, j) / temperature));
            loss += Math.Log(sum) - (rows.Cosine(i, i) / temperature);
        }

        return loss / rows.AnchorCount;
    }
}
