using System.Globalization;
using System.Text;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Static;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Evaluation;

/// <summary>The scores that MTEB's table of results has for a model, found again.</summary>
public class PublishedScoresTests
{
    // Published: 65.17. A draw of other rows moves it by about ±0.5, so nearness shows that the same rows are drawn.
    [Fact]
    public void Potion_2M_classifies_Banking77_as_published()
    {
        EvaluationResult result = Banking77(ClassificationProtocol.Mteb);

        Assert.Equal(0.6517, result.MainScore, 0.003);
        Assert.Equal(0.6362, result.Scores["f1"], 0.003);
        Assert.Equal(3080, result.N);
    }

    // A fifth of the training rows, 26 a label, keeps the test short.
    [Fact]
    public void Potion_2M_classifies_Banking77_better_with_more_rows_and_a_chosen_strength()
    {
        EvaluationResult result = Banking77(ClassificationProtocol.Full, every: 5);

        Assert.InRange(result.MainScore, 0.70, 0.85);
        Assert.True(result.Scores["c"] > 1, $"C = {result.Scores["c"]} was chosen.");
    }

    [Fact]
    public void Potion_2M_ranks_STS_Benchmark_as_published()
    {
        using StaticModel model = StaticModel.FromFolder(SharedFolder.PathOf("models/potion-base-2M"));

        EvaluationResult result = StsEvaluation.Run(model, StsBenchmark(SharedFolder.PathOf("data/sts/stsbenchmark/sts-test.csv")), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(1379, result.N);
        Assert.Equal(0.72808, result.Scores["cosine_spearman"], 0.0005);
        Assert.Equal(0.73577, result.Scores["cosine_pearson"], 0.0005);
        Assert.Equal(0.74426, result.Scores["euclidean_pearson"], 0.0005);
        Assert.Equal(0.72956, result.Scores["manhattan_spearman"], 0.0005);
        Assert.Equal(0.74622, result.Scores["manhattan_pearson"], 0.0005);
    }

    private static EvaluationResult Banking77(ClassificationProtocol protocol, int every = 1)
    {
        using StaticModel model = StaticModel.FromFolder(SharedFolder.PathOf("models/potion-base-2M"));
        string folder = SharedFolder.PathOf("data/classification/banking77");
        LabeledTexts train = Labeled(Path.Combine(folder, "train.csv"), every);
        LabeledTexts test = Labeled(Path.Combine(folder, "test.csv"));
        return ClassificationEvaluation.Run(model, train, test, new() { Protocol = protocol }, TestContext.Current.CancellationToken);
    }

    private static ScoredPairs StsBenchmark(string file)
    {
        string[][] rows = [.. File.ReadLines(file).Select(line => line.Split('\t'))];
        return new([.. rows.Select(r => r[5])], [.. rows.Select(r => r[6])], [.. rows.Select(r => double.Parse(r[4], CultureInfo.InvariantCulture))]);
    }

    // Every so many rows of a file of two columns; quotes are doubled inside quotes, and line breaks can stand there.
    private static LabeledTexts Labeled(string file, int every = 1)
    {
        List<string> fields = [];
        StringBuilder field = new();
        bool quoted = false;
        char previous = ' ';
        foreach (char c in File.ReadAllText(file).ReplaceLineEndings("\n"))
        {
            if (c == '"')
            {
                quoted = !quoted;
                if (quoted && previous == '"')
                {
                    field.Append(c);
                }
            }
            else if (!quoted && c is ',' or '\n')
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }

            previous = c;
        }

        string[][] rows = [.. fields.Skip(2).Chunk(2).Where((_, i) => i % every == 0)];
        return new([.. rows.Select(r => r[0])], [.. rows.Select(r => r[1])]);
    }
}
