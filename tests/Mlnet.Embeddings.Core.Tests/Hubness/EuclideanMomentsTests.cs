using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Hubness;

public class EuclideanMomentsTests
{
    [Theory]
    [InlineData(HubnessReductionKind.MutualProximityGaussian)]
    [InlineData(HubnessReductionKind.MutualProximityGamma)]
    public void Equal_and_nearly_equal_rows_cost_no_digits(HubnessReductionKind kind)
    {
        // Each vector four times, and once a ten-thousandth beside.
        EmbeddingMatrix once = Rows.Correlated(40, 8, 5);
        EmbeddingMatrix rows = new(200, 8);
        for (int i = 0; i < rows.Rows; i++)
        {
            once.Row(i / 5).CopyTo(rows.Row(i));
            rows.Row(i)[3] += i % 5 == 4 ? 1e-4f : 0;
        }

        TextbookReductions textbook = new(rows, VectorMetric.Euclidean, 10, false);
        HubnessReduction reduction = HubnessReduction.Fit(new ExactNeighbors(rows, VectorMetric.Euclidean), kind, cancellationToken: TestContext.Current.CancellationToken);
        double[] distances = new double[rows.Rows];
        for (int i = 0; i < 20; i++)
        {
            reduction.Distances(reduction.Rows, i, reduction.Rows, distances);
            for (int j = 0; j < rows.Rows; j++)
            {
                if (j != i)
                {
                    double expected = textbook.Secondary(kind, (i, []), (j, []));
                    Assert.Equal(expected, distances[j], Math.Max(expected, 1e-6) * 1e-5);
                }
            }
        }
    }
}
