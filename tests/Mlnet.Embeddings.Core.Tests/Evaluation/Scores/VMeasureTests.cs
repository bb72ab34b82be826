using System.Text.Json;
using Mlnet.Embeddings.Core.Tests.Golden;
using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class VMeasureTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Scores_are_those_of_scikit_learn(int golden)
    {
        JsonElement expected = GoldenFile.ScikitLearn.GetProperty("v_measure")[golden];

        VMeasure found = VMeasure.Compute(expected.GetProperty("labels").Ints(), expected.GetProperty("clusters").Ints());

        Assert.Equal(expected.GetProperty("homogeneity").GetDouble(), found.Homogeneity, 1e-9);
        Assert.Equal(expected.GetProperty("completeness").GetDouble(), found.Completeness, 1e-9);
        Assert.Equal(expected.GetProperty("v").GetDouble(), found.Value, 1e-9);
    }

    [Fact]
    public void Names_of_clusters_do_not_matter()
    {
        Assert.Equal(1, VMeasure.Compute([1, 1, 2, 2, 3], [-7, -7, 900, 900, 0]).Value, 1e-12);
    }

    [Fact]
    public void Lists_that_do_not_match_are_refused()
    {
        Assert.Throws<ArgumentException>(() => VMeasure.Compute([], []));
        Assert.Throws<ArgumentException>(() => VMeasure.Compute([1], [1, 2]));
    }
}
