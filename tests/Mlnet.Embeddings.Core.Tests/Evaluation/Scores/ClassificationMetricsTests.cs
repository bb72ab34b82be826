using System.Text.Json;
using Mlnet.Embeddings.Core.Tests.Golden;
using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class ClassificationMetricsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Scores_are_those_of_scikit_learn(int golden)
    {
        JsonElement expected = GoldenFile.ScikitLearn.GetProperty("classification")[golden];

        OrderedDictionary<string, double> scores = ClassificationMetrics.Compute(
            expected.GetProperty("labels").Ints(), expected.GetProperty("predictions").Ints(), expected.GetProperty("classes").GetInt32());

        Assert.Equal(expected.GetProperty("scores").EnumerateObject().Select(s => s.Name).Order(), scores.Keys.Order());
        foreach (JsonProperty score in expected.GetProperty("scores").EnumerateObject())
        {
            Assert.Equal(score.Value.GetDouble(), scores[score.Name], 1e-12);
        }
    }
}
