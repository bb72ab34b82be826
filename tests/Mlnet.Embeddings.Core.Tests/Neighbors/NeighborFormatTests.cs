using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

public class NeighborFormatTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<VectorMetric, bool, int?> Indices
    {
        get
        {
            TheoryData<VectorMetric, bool, int?> data = [];
            foreach (VectorMetric metric in Enum.GetValues<VectorMetric>())
            {
                data.Add(metric, true, null);
                data.Add(metric, false, -5);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Indices))]
    public void A_saved_index_gives_the_same_lists_and_takes_more_rows(VectorMetric metric, bool exact, int? tieSeed)
    {
        NeighborIndex index = Make(metric, exact, tieSeed);
        NeighborIndex loaded = Reload(index);

        Assert.Equal((index.Count, index.Dimensions, metric, tieSeed), (loaded.Count, loaded.Dimensions, loaded.Metric, loaded.TieSeed));
        Same(index.QueryRows(6, cancellationToken: Cancellation), loaded.QueryRows(6, cancellationToken: Cancellation));
        if (index is HnswNeighbors graph)
        {
            EmbeddingMatrix more = TextbookNeighbors.Normal(200, 5, 12);
            graph.Add(more, cancellationToken: Cancellation);
            ((HnswNeighbors)loaded).Add(more, cancellationToken: Cancellation);
            Same(index.QueryRows(6, cancellationToken: Cancellation), loaded.QueryRows(6, cancellationToken: Cancellation));
        }
    }

    [Fact]
    public void An_empty_graph_can_be_saved()
    {
        NeighborIndex loaded = Reload(new HnswNeighbors(new EmbeddingMatrix(0, 3), cancellationToken: Cancellation));
        Assert.Equal((0, 3), (loaded.Count, loaded.Dimensions));
    }

    [Fact]
    public void A_file_lies_where_it_was_saved()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            NeighborIndex index = Make(VectorMetric.Cosine, exact: true, tieSeed: 0);
            index.Save(path);
            Same(index.QueryRows(3, cancellationToken: Cancellation), NeighborIndex.Load(path).QueryRows(3, cancellationToken: Cancellation));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_damaged_file_is_refused(bool exact)
    {
        byte[] whole = Saved(Make(VectorMetric.Euclidean, exact, tieSeed: 0));
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            Assert.Throws<InvalidDataException>(() => NeighborIndex.Load(new MemoryStream(i % 4 == 0 ? whole[..random.Next(whole.Length)] : damaged)));
        }
    }

    [Fact]
    public void A_forged_file_with_a_fitting_checksum_is_refused_or_can_be_searched()
    {
        // What a writer of ill will can change: any number of any array, and the sizes.
        byte[] whole = Saved(Make(VectorMetric.Euclidean, exact: false, tieSeed: 0));
        SafetensorsFile file = SafetensorsFile.Parse(whole, "index");
        Random random = new(2);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            Forgery forgery = new(file, random);
            NeighborIndex loaded;
            try
            {
                loaded = NeighborIndex.Load(new MemoryStream(forgery.Contents));
            }
            catch (InvalidDataException)
            {
                refused++;
                continue;
            }

            loaded.QueryRows(5, cancellationToken: Cancellation);
            ((HnswNeighbors)loaded).Add(TextbookNeighbors.Normal(3, loaded.Dimensions, i), cancellationToken: Cancellation);
        }

        // A forged link to another row is still a link: some must pass, and most must not.
        Assert.InRange(refused, 100, 399);
    }

    private static NeighborIndex Make(VectorMetric metric, bool exact, int? tieSeed)
    {
        EmbeddingMatrix rows = TextbookNeighbors.Normal(400, 5, 11);
        rows.Row(0).Clear();
        rows.Row(9).CopyTo(rows.Row(300));
        return NeighborIndex.Build(rows, new() { Metric = metric, TieSeed = tieSeed, ExactUpTo = exact ? 400 : 0, M = 4, EfConstruction = 20, EfSearch = 20, Seed = 3 }, Cancellation);
    }

    private static byte[] Saved(NeighborIndex index)
    {
        using MemoryStream stream = new();
        index.Save(stream);
        return stream.ToArray();
    }

    private static NeighborIndex Reload(NeighborIndex index) => NeighborIndex.Load(new MemoryStream(Saved(index)));

    private static void Same(NeighborLists expected, NeighborLists actual)
    {
        Assert.Equal(expected.Queries, actual.Queries);
        for (int q = 0; q < expected.Queries; q++)
        {
            Assert.Equal(expected.Indices(q).ToArray(), actual.Indices(q).ToArray());
            Assert.Equal(expected.Distances(q).ToArray(), actual.Distances(q).ToArray());
        }
    }
}
