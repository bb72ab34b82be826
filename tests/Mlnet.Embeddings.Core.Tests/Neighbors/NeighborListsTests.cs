using Mlnet.Embeddings.Neighbors;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Neighbors;

public class NeighborListsTests
{
    [Fact]
    public void Given_lists_are_copied()
    {
        int[] indices = [4, 1, 0, 9];
        float[] distances = [-1, 0, 2, float.PositiveInfinity];
        NeighborLists lists = new(2, indices, distances);
        Array.Clear(indices);
        Array.Clear(distances);
        Assert.Equal((2, 2), (lists.Queries, lists.Count));
        Assert.Equal([0, 9], lists.Indices(1).ToArray());
        Assert.Equal([-1f, 0f], lists.Distances(0).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => lists.Indices(2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => lists.Distances(-1).Length);
    }

    [Fact]
    public void The_first_of_each_list_stand_alone()
    {
        NeighborLists first = new NeighborLists(3, [4, 1, 0, 9, 8, 7], [1, 2, 3, 4, 5, 6]).First(2);
        Assert.Equal((2, 2), (first.Queries, first.Count));
        Assert.Equal([9, 8], first.Indices(1).ToArray());
        Assert.Equal([4f, 5f], first.Distances(1).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => first.First(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => first.First(0));
    }

    [Fact]
    public void Lists_that_are_none_are_refused_by_place()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new NeighborLists(0, [], []));
        Assert.Throws<ArgumentException>(() => new NeighborLists(2, [1, 2, 3], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new NeighborLists(2, [1, 2], [1]));
        Assert.Contains("Neighbour 1 of query 1 is row -1", Assert.Throws<ArgumentException>(() => new NeighborLists(2, [1, 2, 3, -1], [1, 2, 1, 2])).Message, StringComparison.Ordinal);
        Assert.Contains("neighbour 1 of query 1 is 0.5", Assert.Throws<ArgumentException>(() => new NeighborLists(2, [1, 2, 3, 4], [1, 2, 1, 0.5f])).Message, StringComparison.Ordinal);
        Assert.Contains("neighbour 0 of query 1 is NaN", Assert.Throws<ArgumentException>(() => new NeighborLists(2, [1, 2, 3, 4], [1, 2, float.NaN, 3])).Message, StringComparison.Ordinal);
    }
}
