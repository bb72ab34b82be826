using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Tests.Contract;
using Mlnet.Embeddings.Tests.Transforms;
using Mlnet.Embeddings.ZeroShot;

namespace Mlnet.Embeddings.Tests.ZeroShot;

/// <summary>What is special to the trainer <c>ZeroShot</c>; what it shares with all components is in <see cref="ContractTests"/>.</summary>
public sealed class ZeroShotTests
{
    private static readonly LabelDescription[] Labels = [new("class 2", "billing", "invoice and refund of a charge"), new("class 0", "delivery of a parcel or order"), new("class 1", "password", "login")];

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Texts_are_classified_without_a_label_and_evaluated_beside_those_that_are_known()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(SampleRow.Sixty.Where(r => !string.IsNullOrWhiteSpace(r.Text)));
        IDataView keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        IEstimator<ITransformer> pipeline = _ml.Transforms.Text.EmbedText("Features", "Text").Append(_ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Labels = Labels, LabelColumnName = "Label" }));
        IDataView scored = pipeline.Fit(keyed).Transform(keyed);
        MulticlassClassificationMetrics metrics = _ml.MulticlassClassification.Evaluate(scored);
        Assert.InRange(metrics.MicroAccuracy, 0.8, 1);
        Assert.Contains("class 2", metrics.ConfusionMatrix.GetFormattedConfusionTable(), StringComparison.Ordinal);
        Assert.Equal(metrics.MicroAccuracy, Named(scored).Zip(data.GetColumn<string>("Label")).Average(p => p.First == p.Second ? 1.0 : 0), 1e-9);

        // Without the column the labels stand as they were described, and mean the same.
        IDataView alone = _ml.Transforms.Text.EmbedText("Features", "Text").Append(_ml.MulticlassClassification.Trainers.ZeroShot(Labels)).Fit(data).Transform(data);
        Assert.Equal(Named(scored), Named(alone));
        VBuffer<ReadOnlyMemory<char>> names = default;
        alone.Schema["Score"].GetSlotNames(ref names);
        Assert.Equal(["class 2", "class 0", "class 1"], names.DenseValues().Select(n => n.ToString()));
    }

    [Fact]
    public void Its_columns_are_those_of_ML_NET_s_own_trainers()
    {
        IDataView data = Views.Sample(_ml);
        IDataView keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        DataViewSchema expected = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Label", "Vector").Fit(keyed).GetOutputSchema(keyed.Schema);
        LabelDescriptionClassifier classifier = new(["class 0", "class 1", "class 2"], new([1, 0, 1, 0, 1, 0, 0, -1, 2, 1, 0, -3], 3, 4), [0, 1, 2]);
        DataViewSchema found = _ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = classifier, FeatureColumnName = "Vector", LabelColumnName = "Label" }).Fit(keyed).GetOutputSchema(keyed.Schema);
        foreach (string name in (string[])["PredictedLabel", "Score"])
        {
            Assert.Equal(expected[name].Type, found[name].Type);
            Assert.Equal(expected[name].Annotations.Schema.Select(a => $"{a.Name}: {a.Type}").Order(), found[name].Annotations.Schema.Select(a => $"{a.Name}: {a.Type}").Order());
        }
    }

    [Fact]
    public void Scores_are_those_of_the_classifier_refined_by_the_rows_or_not()
    {
        VectorRow[] rows = VectorRow.Random(40);
        LabelDescriptionClassifier classifier = new(["a", "b"], VectorRow.Matrix([rows[0].First, rows[1].First]), [0, 1]);
        EmbeddingMatrix matrix = VectorRow.Matrix([.. rows.Select(r => r.First)]);
        LabelRefinementOptions refinement = new() { MostRows = 7 };
        foreach (LabelRefinementOptions? how in (LabelRefinementOptions?[])[null, refinement])
        {
            IEstimator<ZeroShotTransformer> trainer = _ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = classifier, FeatureColumnName = "First", Refinement = how });
            refinement.MostRows = 7;
            float[][] scores = VectorRow.Read(trainer.Fit(VectorRow.View(_ml, rows)).Transform(VectorRow.View(_ml, rows)), "Score");
            LabelDescriptionClassifier expected = how is null ? classifier : classifier.Refine(matrix, new() { MostRows = 7 }, TestContext.Current.CancellationToken);
            Assert.Equal(expected.PredictProbabilities(matrix).Values.ToArray(), scores.SelectMany(s => s));
        }

        // Settings are read when the trainer is made.
        IEstimator<ZeroShotTransformer> kept = _ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = classifier, FeatureColumnName = "First", Refinement = refinement });
        refinement.MostRows = 1;
        Assert.Equal(7, kept.Fit(VectorRow.View(_ml, rows)).Classifier.RowsUsed[0]);
    }

    [Fact]
    public void A_label_that_no_row_is_near_to_is_told_in_the_log()
    {
        List<string> log = [];
        _ml.Log += (_, e) => log.Add(e.Message);
        VectorRow[] rows = VectorRow.Random(40);
        LabelDescriptionClassifier classifier = new(["near", "far"], VectorRow.Matrix([rows[0].First, [.. rows[0].First.Select(v => -v)]]), [0, 1]);
        _ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = classifier, FeatureColumnName = "First", Refinement = new() }).Fit(VectorRow.View(_ml, rows));
        Assert.Contains(log, message => message.Contains("No row is near to a description of 'far'", StringComparison.Ordinal));
    }

    [Fact]
    public void Labels_and_columns_that_do_not_fit_are_refused()
    {
        IDataView data = Views.Sample(_ml);
        IDataView keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        LabelDescriptionClassifier classifier = new(["a", "b"], new([1, 0, 1, 0, 1, 0, 0, -1], 2, 4), [0, 1]);
        Refused("either Labels or a Classifier", () => _ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions()));
        Refused("either Labels or a Classifier", () => _ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Labels = Labels, Classifier = classifier }));
        Refused("FeatureColumnName", () => _ml.MulticlassClassification.Trainers.ZeroShot(Labels, featureColumnName: ""));
        Refused("LabelColumnName", () => _ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Labels = Labels, LabelColumnName = " " }));
        Refused("MostRows", () => _ml.MulticlassClassification.Trainers.ZeroShot(Labels, refinement: new() { MostRows = 0 }));
        Refused("vectors of 256 values, the column 'Vector' has 4", () => _ml.MulticlassClassification.Trainers.ZeroShot(Labels, featureColumnName: "Vector").Fit(data));
        Refused("'class 0', which is not described", () => Fit("Label", keyed));
        Refused("stands for text", () => Fit("Label", data));
        Refused("stand for no text", () => Fit("Kind", data));
        Refused("'Missing'", () => Fit("Missing", data));
        Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = classifier, FeatureColumnName = "Vector", LabelColumnName = "Label" }).GetOutputSchema(Shapes.Of(data.Schema)));

        object Fit(string label, IDataView view) => _ml.MulticlassClassification.Trainers.ZeroShot(new ZeroShotTrainerOptions { Classifier = classifier, FeatureColumnName = "Vector", LabelColumnName = label }).Fit(view);

        static void Refused(string expected, Func<object> act) => Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(act).Message, StringComparison.Ordinal);
    }

    private string[] Named(IDataView scored) => [.. _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored).GetColumn<string>("PredictedLabel")];
}
