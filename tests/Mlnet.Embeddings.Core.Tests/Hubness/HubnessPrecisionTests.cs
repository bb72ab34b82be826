using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Hubness;

public class HubnessPrecisionTests
{
    // Half a unit of the fifth digit of a number that begins with 1 is 5e-5 of it, of one that begins with 9 a ninth of that.
    private const double FiveDigits = 5e-6;

    public static TheoryData<HubnessReductionKind, VectorMetric, bool> Methods => HubnessReductionTests.Methods;

    [Theory]
    [MemberData(nameof(Methods))]
    public void Distances_agree_with_the_definition_in_float64_to_five_digits(HubnessReductionKind kind, VectorMetric metric, bool squared)
    {
        EmbeddingMatrix rows = Rows.Correlated(300, 48, 21);
        EmbeddingMatrix queries = Rows.Correlated(4, 48, 22);
        TextbookReductions textbook = new(rows, metric, 10, squared);
        HubnessReductionOptions options = new() { Candidates = 299, SquaredEuclidean = squared };
        HubnessReduction reduction = HubnessReduction.Fit(new ExactNeighbors(rows, metric), kind, options, cancellationToken: TestContext.Current.CancellationToken);
        NeighborLists ofRows = reduction.QueryRows(40, cancellationToken: TestContext.Current.CancellationToken);
        NeighborLists ofQueries = reduction.Query(queries, 40, cancellationToken: TestContext.Current.CancellationToken);
        for (int i = 0; i < 4; i++)
        {
            float[] query = queries.Row(i).ToArray();
            for (int place = 0; place < 40; place++)
            {
                int row = ofRows.Indices(i)[place];
                AssertDigits(textbook.Secondary(kind, (i, []), (row, [])), ofRows.Distances(i)[place], Minuend(kind, reduction.Index.Distance(i, row), metric, squared));
                row = ofQueries.Indices(i)[place];
                AssertDigits(textbook.Secondary(kind, (-1, query), (row, [])), ofQueries.Distances(i)[place], Minuend(kind, reduction.Index.Distance(query, row), metric, squared));
            }
        }
    }

    [Theory]
    [InlineData(HubnessReductionKind.MutualProximityGaussian)]
    [InlineData(HubnessReductionKind.MutualProximityGamma)]
    public void Cosine_distances_keep_five_digits_where_all_rows_point_nearly_the_same_way(HubnessReductionKind kind)
    {
        EmbeddingMatrix rows = Rows.Correlated(300, 48, 23);
        foreach (ref float value in rows.Values)
        {
            value += 20;
        }

        TextbookReductions textbook = new(rows, VectorMetric.Cosine, 10, false);
        HubnessReduction reduction = HubnessReduction.Fit(new ExactNeighbors(rows), kind, new() { Candidates = 299 }, cancellationToken: TestContext.Current.CancellationToken);
        NeighborLists lists = reduction.QueryRows(299, cancellationToken: TestContext.Current.CancellationToken);
        for (int place = 100; place < 299; place++)
        {
            AssertDigits(textbook.Secondary(kind, (0, []), (lists.Indices(0)[place], [])), lists.Distances(0)[place], 0);
        }
    }

    // A difference of large numbers has fewer digits in any arithmetic on float32 vectors: there they are those of what is subtracted from.
    private static double Minuend(HubnessReductionKind kind, double distance, VectorMetric metric, bool squared) => kind switch
    {
        HubnessReductionKind.Csls => 2 * (squared ? distance * distance : distance),
        HubnessReductionKind.DisSimLocal => metric == VectorMetric.Cosine ? 2 * distance : distance * distance,
        _ => 0,
    };

    private static void AssertDigits(double expected, double found, double minuend) =>
        Assert.True(Math.Abs(expected - found) <= FiveDigits * Math.Max(Math.Abs(expected), minuend), $"Expected {expected:R}, found {found:R}.");
}
