using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

public class LocalOutlierFactorTests
{
    private static readonly EmbeddingMatrix Rows = new(
        [
            1.79f, 0.44f, 1.6f, -1.86f, -0.28f, 1.45f, -0.08f, -0.63f, 1.46f, -0.48f, -1.31f, 2.68f, 0.88f, 1.71f, 1.55f, -0.4f,
            -0.55f, 0.25f, 0.98f, -1.1f, 0.31f, -0.21f, 1.49f, 2.04f, -1.02f, -0.71f, 2.13f, -0.16f, -0.77f, 1.57f,
        ],
        15,
        2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // scikit-learn 1.2.1: -LocalOutlierFactor(n_neighbors=k, algorithm="brute").fit(rows).negative_outlier_factor_.
    [Theory]
    [InlineData(3, new[] { 1.0062162, 1.4065958, 0.9627507, 1.0621995, 0.9492210, 1.1711850, 1.2816966, 0.9599783, 1.0346159, 1.0970834, 0.9311173, 1.4196475, 1.0171419, 1.0277006, 1.1788535 })]
    [InlineData(5, new[] { 1.0537863, 1.0770983, 1.1140275, 1.0014686, 0.9790043, 1.1942917, 1.1331653, 0.9667895, 1.0731633, 1.0215051, 0.8619901, 1.1308882, 1.0943389, 1.0299319, 1.1140275 })]
    public void Factors_are_those_of_scikit_learn(int neighbors, double[] expected)
    {
        double[] found = LocalOutlierFactor.Of(new ExactNeighbors(Rows, VectorMetric.Euclidean), neighbors, cancellationToken: Cancellation);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Equal_rows_are_no_outliers_and_too_few_are_refused()
    {
        Assert.All(LocalOutlierFactor.Of(new ExactNeighbors(new EmbeddingMatrix([1, 0, 1, 0, 1, 0], 3, 2)), cancellationToken: Cancellation), factor => Assert.Equal(1, factor, 1e-9));
        Assert.Throws<ArgumentException>(() => LocalOutlierFactor.Of(new ExactNeighbors(new EmbeddingMatrix(2, 2)), cancellationToken: Cancellation));
        Assert.Throws<ArgumentException>(() => LocalOutlierFactor.Of(new ExactNeighbors(Rows, VectorMetric.Dot), cancellationToken: Cancellation));
        Assert.Throws<ArgumentOutOfRangeException>(() => LocalOutlierFactor.Of(new ExactNeighbors(Rows), 0, cancellationToken: Cancellation));
    }
}
