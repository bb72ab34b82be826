using System.Text.Json;
using Mlnet.Embeddings.Evaluation;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

public class EvaluationResultTests
{
    [Fact]
    public void The_json_has_just_the_documented_keys()
    {
        EvaluationResult result = new()
        {
            Task = "sts",
            MainScore = 0.5,
            Scores = new Dictionary<string, double> { ["cosine_spearman"] = 0.5 },
            Ci95 = (0.4, 0.6),
            N = 12,
            Seconds = 1.5,
            TextsPerSecond = 1000,
            Model = "a \"model\"",
        };

        string json = result.ToJson();

        Assert.Equal(
            """{"task":"sts","main_score":0.5,"scores":{"cosine_spearman":0.5},"ci95":[0.4,0.6],"n":12,"seconds":1.5,"texts_per_second":1000,"model":"a \u0022model\u0022"}""",
            json);
        Assert.Equal("a \"model\"", JsonDocument.Parse(json).RootElement.GetProperty("model").GetString());
    }
}
