using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Tests.Transforms;

/// <summary>
/// Several views of a text as one, as gFun has them (generalized funnelling, Moreo, Pedrotti and Sebastiani, 2021): each view is a vector of a document, such as the scores that a
/// classifier gives its classes; views are scaled to length 1 and averaged or put side by side for a classifier above them.
/// </summary>
public sealed class ViewsTests
{
    private static readonly string[][] Topics = [["parcel", "delivery", "van", "late"], ["invoice", "refund", "charge", "billed"], ["password", "login", "account", "locked"]];

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Scores_of_classes_by_two_models_are_averaged()
    {
        IDataView view = Data();
        IDataView views = Views().Fit(view).Transform(view);
        IDataView both = _ml.Transforms.CombineEmbeddings("Both", ["WordScores", "VectorScores"], alignments: [null, null]).Fit(views).Transform(views);
        float[][] words = VectorRow.Read(views, "WordScores"), vectors = VectorRow.Read(views, "VectorScores");
        VectorRow.AssertClose([.. words.Zip(vectors, (a, b) => Unit([.. Unit(a).Zip(Unit(b), (x, y) => x + y)]))], VectorRow.Read(both, "Both"), 1e-5f);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_classifier_above_learns_from_all_views(bool average)
    {
        // Views of different sizes can only stand side by side.
        IDataView view = Data();
        var pipeline = Views().Append(average
                ? _ml.Transforms.CombineEmbeddings("Both", ["WordScores", "VectorScores"], alignments: [null, null])
                : _ml.Transforms.CombineEmbeddings("Both", ["WordScores", "VectorScores", "Vector"], weights: [1, 1, 0.5f]))
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Both"));
        ITransformer model = pipeline.Fit(view);
        Assert.True(model.GetOutputSchema(view.Schema)["Both"].IsNormalized());
        Assert.Equal(1, _ml.MulticlassClassification.Evaluate(model.Transform(view)).MicroAccuracy);
    }

    // The first tier: a classifier over words, and one over embeddings, each with a score for every class.
    private IEstimator<ITransformer> Views() => _ml.Transforms.Conversion.MapValueToKey("Label", "Topic")
        .Append(_ml.Transforms.Text.FeaturizeText("Words", "Text")).Append(_ml.Transforms.Text.EmbedText("Vector", "Text"))
        .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Words")).Append(_ml.Transforms.CopyColumns("WordScores", "Score"))
        .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(featureColumnName: "Vector")).Append(_ml.Transforms.CopyColumns("VectorScores", "Score"));

    private IDataView Data()
    {
        Random random = new(1);
        return _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 90).Select(i => new Row { Topic = $"topic {i % 3}", Text = string.Join(' ', random.GetItems(Topics[i % 3], 4)) }).ToArray());
    }

    private static float[] Unit(float[] vector) => [.. vector.Select(v => v / MathF.Sqrt(vector.Sum(x => x * x)))];

    private sealed class Row
    {
        public string Topic { get; set; } = "";

        public string Text { get; set; } = "";
    }
}
