using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Benchmarks.Ranking;

/// <summary>Answer sentences of TrecQA ranked by cosine, and by FastTree and LightGBM over features of pairs.</summary>
internal static class RankingBenchmark
{
    private static readonly int[] Trees = [50, 100, 200];

    public static void Run(string[] args)
    {
        AnswerRow[] train = AnswerRow.Read("train"), dev = AnswerRow.Read("dev"), test = AnswerRow.Read("test");
        WordOverlap overlap = new([.. train.Select(r => r.Answer)]);
        foreach (AnswerRow row in (AnswerRow[])[.. train, .. dev, .. test])
        {
            row.Overlap = overlap.Of(row.Question, row.Answer);
        }

        Console.WriteLine($"TrecQA: {Count(train)} to train on, {Count(dev)} to choose the number of trees, {Count(test)} to test");
        Console.WriteLine($"{"",-56} {"dev",-17} {"test",-19} nDCG@10 on test over the cosine's (95 %)");
        Console.WriteLine($"{"",-56} {"nDCG@10",8} {"MAP",8} {"nDCG@10",8} {"MAP",8}");
        Print("shared words weighted by rarity", Scores.Of(dev, Array.ConvertAll(dev, r => r.Overlap[2])), Scores.Of(test, Array.ConvertAll(test, r => r.Overlap[2])), "");
        Run("bundled", EmbeddingModel.Default, train, dev, test);
        Run("potion-base-2M", EmbeddingModel.FromFolder(SharedData.Path("models/potion-base-2M")), train, dev, test);
    }

    private static void Run(string name, EmbeddingModel model, AnswerRow[] train, AnswerRow[] dev, AnswerRow[] test)
    {
        MLContext ml = new(seed: 1);
        var embed = ml.Transforms.Text.EmbedText("U", "Question", model).Append(ml.Transforms.Text.EmbedText("V", "Answer", model))
            .Append(ml.Transforms.PairFeatures("Pair", "U", "V", PairFeatureParts.Difference | PairFeatureParts.Product | PairFeatureParts.Cosine))
            .Append(ml.Transforms.PairFeatures("Cosine", "U", "V", PairFeatureParts.Cosine))
            .Append(ml.Transforms.Text.ProduceHashedWordBags("UWords", "Question", numberOfBits: 12, ngramLength: 1)).Append(ml.Transforms.Text.ProduceHashedWordBags("VWords", "Answer", numberOfBits: 12, ngramLength: 1))
            .Append(ml.Transforms.PairFeatures("WordCosine", "UWords", "VWords", PairFeatureParts.Cosine)).Append(ml.Transforms.Concatenate("Cosines", "Cosine", "WordCosine"))
            .Append(ml.Transforms.Concatenate("Both", "Pair", "Overlap")).Append(ml.Transforms.Concatenate("Few", "Cosine", "Overlap"))
            .Append(ml.Transforms.Conversion.MapValueToKey("GroupId", "Question", maximumNumberOfKeys: 10_000));
        IDataView[] splits = [.. ((AnswerRow[][])[train, dev, test]).Select(rows => View(ml, embed, rows))];
        Scores[] cosine = [.. splits.Zip((AnswerRow[][])[train, dev, test], (view, rows) => Scores.Of(rows, [.. view.GetColumn<float[]>("Cosine").Select(v => v[0])]))];
        Print($"{name}: cosine", cosine[1], cosine[2], "");
        foreach ((string features, string column) in (ReadOnlySpan<(string, string)>)[("pair features", "Pair"), ("cosines of vectors and of words", "Cosines"), ("cosine and shared words", "Few"), ("pair features and shared words", "Both")])
        {
            Train($"{name}: FastTree, {features}", splits, dev, test, cosine[2], trees => ml.Ranking.Trainers.FastTree(new FastTreeRankingTrainer.Options
            {
                FeatureColumnName = column, RowGroupColumnName = "GroupId", NumberOfTrees = trees, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 20, LearningRate = 0.05, FeatureFraction = 0.3, NumberOfThreads = 1, Seed = 1,
            }));
            Train($"{name}: LightGBM, {features}", splits, dev, test, cosine[2], trees => ml.Ranking.Trainers.LightGbm(new LightGbmRankingTrainer.Options
            {
                FeatureColumnName = column, RowGroupColumnName = "GroupId", NumberOfIterations = trees, NumberOfLeaves = 8, MinimumExampleCountPerLeaf = 20, LearningRate = 0.05, NumberOfThreads = 1, Seed = 1,
                Booster = new GradientBooster.Options { FeatureFraction = 0.3 },
            }));
        }
    }

    private static void Train<T>(string name, IDataView[] splits, AnswerRow[] dev, AnswerRow[] test, Scores cosine, Func<int, IEstimator<T>> trainer)
        where T : class, ITransformer
    {
        // The number of trees is chosen on the questions of dev.
        (Scores Dev, int Trees, ITransformer Model)? best = null;
        foreach (int trees in Trees)
        {
            ITransformer model = trainer(trees).Fit(splits[0]);
            Scores score = Scores.Of(dev, Predicted(model, splits[1]));
            best = best is null || score.Map > best.Value.Dev.Map ? (score, trees, model) : best;
        }

        Scores tested = Scores.Of(test, Predicted(best!.Value.Model, splits[2]));
        (double mean, double interval) = tested.Over(cosine);
        Print(name, best.Value.Dev, tested, string.Create(CultureInfo.InvariantCulture, $"{mean:+0.000;-0.000} ± {interval:0.000}, {best.Value.Trees} trees"));
    }

    private static float[] Predicted(ITransformer model, IDataView view) => [.. model.Transform(view).GetColumn<float>("Score")];

    private static IDataView View(MLContext ml, IEstimator<ITransformer> embed, AnswerRow[] rows)
    {
        IDataView view = ml.Data.LoadFromEnumerable(rows);
        return ml.Data.Cache(embed.Fit(view).Transform(view));
    }

    private static string Count(AnswerRow[] rows) => $"{rows.Select(r => r.Question).Distinct().Count()} questions with {rows.Length:N0} candidates";

    private static void Print(string name, Scores dev, Scores test, string note) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-56} {dev.Ndcg,8:0.000} {dev.Map,8:0.000} {test.Ndcg,8:0.000} {test.Map,8:0.000}   {note}").TrimEnd());
}
