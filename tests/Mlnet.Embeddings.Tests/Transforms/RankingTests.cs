using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using Mlnet.Embeddings.Benchmarks.Ranking;
using Mlnet.Embeddings.Core.Tests;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Tests.Transforms;

/// <summary>Features of pairs with a column of groups, into ML.NET's ranking trainers, on TrecQA's questions and candidate answers.</summary>
public sealed class RankingTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData("FastTree")]
    [InlineData("LightGBM")]
    public void A_trained_ranking_puts_answers_higher_than_the_cosine_does(string trainer)
    {
        Row[] rows = Read("train");
        WordOverlap overlap = new([.. rows.Select(r => r.Answer)]);
        IDataView train = View(rows, overlap), test = View(Read("test"), overlap);
        ITransformer features = Features().Fit(train);
        IDataView trained = _ml.Data.Cache(features.Transform(train)), tested = _ml.Data.Cache(features.Transform(test));
        IDataView ranked = Trainer(trainer).Fit(trained).Transform(tested);

        // The cosine as a score, by a column of that name.
        IDataView byCosine = _ml.Transforms.CustomMapping<OneFeature, OneScore>((i, o) => o.Score = i.Cosine[0], contractName: null).Fit(tested).Transform(tested);
        double cosine = Ndcg(byCosine), learned = Ndcg(ranked);
        Assert.InRange(cosine, 0.5, 0.95);
        Assert.True(learned > cosine + 0.01, $"nDCG@10 is {learned:0.000} by {trainer} and {cosine:0.000} by the cosine.");
    }

    [Fact]
    public void A_saved_ranking_takes_a_question_and_a_candidate_at_a_time()
    {
        Row[] rows = Read("dev")[..200];
        IDataView view = View(rows, new WordOverlap([.. rows.Select(r => r.Answer)]));
        ITransformer model = Features().Append(Trainer("LightGBM")).Fit(view);
        using MemoryStream stream = new();
        _ml.Model.Save(model, view.Schema, stream);
        stream.Position = 0;
        using PredictionEngine<Row, OneScore> engine = _ml.Model.CreatePredictionEngine<Row, OneScore>(_ml.Model.Load(stream, out _));
        float[] expected = [.. model.Transform(view).GetColumn<float>("Score").Take(20)];
        Assert.Equal(expected, rows.Take(20).Select(r => engine.Predict(r).Score));
        Assert.True(expected.Distinct().Count() > 3, "All candidates have one score.");
    }

    // The cosine, and what embeddings blur: which words of the question the candidate has.
    private IEstimator<ITransformer> Features() => _ml.Transforms.Text.EmbedText("QuestionVector", "Question").Append(_ml.Transforms.Text.EmbedText("AnswerVector", "Answer"))
        .Append(_ml.Transforms.PairFeatures("Cosine", "QuestionVector", "AnswerVector", PairFeatureParts.Cosine))
        .Append(_ml.Transforms.Concatenate("Features", "Cosine", "Overlap"))
        .Append(_ml.Transforms.Conversion.Hash("GroupId", "Question", numberOfBits: 20));

    private IEstimator<ITransformer> Trainer(string name) => name == "FastTree"
        ? _ml.Ranking.Trainers.FastTree(new FastTreeRankingTrainer.Options { RowGroupColumnName = "GroupId", NumberOfTrees = 100, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 20, LearningRate = 0.05, FeatureFraction = 0.3, NumberOfThreads = 1 })
        : _ml.Ranking.Trainers.LightGbm(new LightGbmRankingTrainer.Options { RowGroupColumnName = "GroupId", NumberOfIterations = 50, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 20, LearningRate = 0.05, NumberOfThreads = 1, Seed = 1, Booster = new GradientBooster.Options { FeatureFraction = 0.3 } });

    private IDataView View(Row[] rows, WordOverlap overlap)
    {
        Array.ForEach(rows, r => r.Overlap = overlap.Of(r.Question, r.Answer));
        return _ml.Data.LoadFromEnumerable(rows);
    }

    private double Ndcg(IDataView scored) => _ml.Ranking.Evaluate(scored, new RankingEvaluatorOptions { DcgTruncationLevel = 10 }, "Label", "GroupId", "Score").NormalizedDiscountedCumulativeGains[9];

    // Questions all of whose candidates are of one kind are left out, as in the papers on this data.
    private static Row[] Read(string split)
    {
        using Microsoft.VisualBasic.FileIO.TextFieldParser parser = new(SharedFolder.PathOf($"data/reranking/trecqa_wang/{split}.csv")) { TextFieldType = Microsoft.VisualBasic.FileIO.FieldType.Delimited, HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        parser.SetDelimiters(",");
        parser.ReadFields();
        List<Row> rows = [];
        while (parser.ReadFields() is [string question, string label, string answer])
        {
            rows.Add(new Row { Question = question, Answer = answer, Label = label == "1" ? 1 : 0 });
        }

        return [.. rows.GroupBy(r => r.Question).Where(g => g.Any(r => r.Label > 0) && g.Any(r => r.Label == 0)).SelectMany(g => g)];
    }

    private sealed class Row
    {
        public string Question { get; set; } = "";

        public string Answer { get; set; } = "";

        public float Label { get; set; }

        [VectorType(WordOverlap.Features)]
        public float[] Overlap { get; set; } = [];
    }

    private sealed class OneFeature
    {
        [VectorType(1)]
        public float[] Cosine { get; set; } = [];
    }

    private sealed class OneScore
    {
        public float Score { get; set; }
    }
}
