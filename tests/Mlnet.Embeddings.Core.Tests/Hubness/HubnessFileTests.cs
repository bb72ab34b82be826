using Mlnet.Embeddings.Core.Tests.Whitening;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Hubness;

public class HubnessFileTests
{
    [Theory]
    [MemberData(nameof(HubnessReductionTests.Methods), MemberType = typeof(HubnessReductionTests))]
    public void A_saved_reduction_gives_the_same_lists(HubnessReductionKind kind, VectorMetric metric, bool squared)
    {
        EmbeddingMatrix queries = Rows.Correlated(9, 6, 2);
        foreach (int rows in new[] { 1, 4, 120 })
        {
            HubnessReduction fitted = Fit(Rows.Correlated(rows, 6, 1), kind, metric, squared);
            HubnessReduction loaded = Load(Bytes(fitted));
            Assert.Equal((fitted.Kind, fitted.Neighbors, fitted.Candidates, fitted.SquaredEuclidean, fitted.Seed, fitted.Shift), (loaded.Kind, loaded.Neighbors, loaded.Candidates, loaded.SquaredEuclidean, loaded.Seed, loaded.Shift));
            AssertSame(Nearest(fitted, queries), Nearest(loaded, queries));
            if (rows > 1)
            {
                AssertSame(fitted.QueryRows(3, cancellationToken: TestContext.Current.CancellationToken), loaded.QueryRows(3, cancellationToken: TestContext.Current.CancellationToken));
            }
        }
    }

    [Fact]
    public void Damaged_and_foreign_files_are_refused()
    {
        Random random = new(3);
        byte[] whole = Bytes(Fit(Rows.Correlated(20, 3, 4), HubnessReductionKind.MutualProximityEmpirical, VectorMetric.Cosine, false));
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            int length = round % 3 == 0 ? random.Next(whole.Length) : whole.Length;
            Assert.Throws<InvalidDataException>(() => Load(damaged[..length]));
        }

        Assert.Throws<InvalidDataException>(() => Load([]));
    }

    [Theory]
    [InlineData("listed", "20", "not between 1 and 19")]
    [InlineData("shift", "-1", "less than 0")]
    [InlineData("reduction", "Magic", "does not know")]
    [InlineData("squared_euclidean", "true", "Euclidean distance")]
    [InlineData("neighbors", "0", "not between")]
    public void Values_that_no_fit_writes_are_refused_though_the_checksum_is_right(string key, string value, string because)
    {
        HubnessReduction fitted = Fit(Rows.Correlated(20, 3, 4), HubnessReductionKind.MutualProximityEmpirical, VectorMetric.Cosine, false);
        TensorArchiveWriter writer = new(HubnessFormat.Name, HubnessFormat.Version);
        Dictionary<string, string> settings = new() { ["reduction"] = "MutualProximityEmpirical", ["neighbors"] = "10", ["candidates"] = "100", ["squared_euclidean"] = "false", ["seed"] = "42", ["shift"] = "0", ["listed"] = "3" };
        settings[key] = value;
        foreach ((string name, string setting) in settings)
        {
            writer.Set(name, setting);
        }

        NeighborFormat.Write(fitted.Index, writer.Within("index."));
        writer.Add("lists", new int[60], 20, 3);
        writer.Add("distances", new float[60], 20, 3);
        using MemoryStream stream = new();
        writer.Save(stream);
        Assert.Contains(because, Assert.Throws<InvalidDataException>(() => Load(stream.ToArray())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_an_index_takes_later_ask_for_a_new_fit()
    {
        HnswNeighbors index = new(Rows.Correlated(50, 4, 5), cancellationToken: TestContext.Current.CancellationToken);
        HubnessReduction reduction = HubnessReduction.Fit(index, HubnessReductionKind.Nicdm, cancellationToken: TestContext.Current.CancellationToken);
        index.Add(Rows.Correlated(1, 4, 6), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Contains("Fit it anew", Assert.Throws<InvalidOperationException>(() => Nearest(reduction, Rows.Correlated(1, 4, 7))).Message, StringComparison.Ordinal);
    }

    private static HubnessReduction Fit(EmbeddingMatrix rows, HubnessReductionKind kind, VectorMetric metric, bool squared) =>
        HubnessReduction.Fit(new ExactNeighbors(rows, metric), kind, new() { Candidates = 30, SquaredEuclidean = squared }, cancellationToken: TestContext.Current.CancellationToken);

    private static NeighborLists Nearest(HubnessReduction reduction, EmbeddingMatrix queries) => reduction.Query(queries, 1, cancellationToken: TestContext.Current.CancellationToken);

    private static byte[] Bytes(HubnessReduction reduction)
    {
        using MemoryStream stream = new();
        reduction.Save(stream);
        return stream.ToArray();
    }

    private static HubnessReduction Load(byte[] bytes) => HubnessReduction.Load(new MemoryStream(bytes));

    private static void AssertSame(NeighborLists expected, NeighborLists found)
    {
        for (int i = 0; i < expected.Queries; i++)
        {
            Assert.Equal(expected.Indices(i).ToArray(), found.Indices(i).ToArray());
            Assert.Equal(expected.Distances(i).ToArray(), found.Distances(i).ToArray());
        }
    }
}
