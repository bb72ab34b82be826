using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Persistence;
using Mlnet.Embeddings.Tests.Contract;
using Mlnet.Embeddings.Tests.Transforms;

namespace Mlnet.Embeddings.Tests.Neighbors;

/// <summary>What is special to the trainer <c>NearestNeighbors</c>; what it shares with all components is in <see cref="ContractTests"/>.</summary>
public sealed class NearestNeighborsTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly Point[] _fitted = Point.Random(60);
    private readonly Point[] _asked = Point.Random(30, seed: 2);

    [Fact]
    public void Evaluation_cross_validation_and_mapping_back_take_its_columns()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.MulticlassClassification.Trainers.NearestNeighbors("Label", "Vector"));
        IDataView scored = pipeline.Fit(data).Transform(_ml.Data.LoadFromEnumerable(_asked));
        MulticlassClassificationMetrics metrics = _ml.MulticlassClassification.Evaluate(scored);
        Assert.InRange(metrics.MicroAccuracy, 0.9, 1);
        Assert.Contains("delivery", metrics.ConfusionMatrix.GetFormattedConfusionTable(), StringComparison.Ordinal);
        Assert.All(_ml.MulticlassClassification.CrossValidate(data, pipeline, numberOfFolds: 3), fold => Assert.InRange(fold.Metrics.MicroAccuracy, 0.8, 1));
        string[] predicted = [.. _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored).GetColumn<string>("PredictedLabel")];
        Assert.Equal(metrics.MicroAccuracy, _asked.Zip(predicted).Average(pair => pair.First.Label == pair.Second ? 1.0 : 0), 1e-9);
    }

    [Fact]
    public void Its_columns_have_the_annotations_that_ML_NET_s_own_trainers_give()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        IDataView keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        IEstimator<ITransformer> ours = _ml.MulticlassClassification.Trainers.NearestNeighbors("Label", "Vector");
        IEstimator<ITransformer> theirs = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Label", "Vector");
        DataViewSchema found = ours.Fit(keyed).GetOutputSchema(keyed.Schema);
        DataViewSchema expected = theirs.Fit(keyed).GetOutputSchema(keyed.Schema);
        foreach (string name in (string[])["PredictedLabel", "Score"])
        {
            Assert.Equal(expected[name].Type, found[name].Type);
            Assert.Equal(Annotations(expected[name]), Annotations(found[name]));
            Assert.Equal(Promise(theirs, keyed, name), Promise(ours, keyed, name));
        }

        // Two classifiers in a row are told apart.
        DataViewSchema both = ours.Append(theirs).Fit(keyed).GetOutputSchema(keyed.Schema);
        Assert.Equal(2, both.Where(c => c.Name == "Score").Select(c => Annotations(c).Single(a => a.StartsWith("ScoreColumnSetId", StringComparison.Ordinal))).Distinct().Count());
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(null, 7)]
    [InlineData(HubnessReductionKind.LocalScaling, 5)]
    [InlineData(HubnessReductionKind.Csls, 5)]
    public void Scores_are_shares_of_votes_by_distance(HubnessReductionKind? reduction, int neighbors)
    {
        NearestNeighborsTransformer fitted = Fit(_fitted, new() { Neighbors = neighbors, Reduction = reduction });
        float[][] scores = VectorRow.Read(fitted.Transform(Keyed(_asked)), "Score");
        NeighborLists lists = reduction is null
            ? fitted.Index.Query(Point.Matrix(_asked), neighbors, cancellationToken: TestContext.Current.CancellationToken)
            : fitted.Reduction!.Query(Point.Matrix(_asked), neighbors, cancellationToken: TestContext.Current.CancellationToken);
        double shift = fitted.Reduction?.Shift ?? 0;
        for (int i = 0; i < scores.Length; i++)
        {
            double[] votes = new double[3];
            for (int place = 0; place < neighbors; place++)
            {
                votes[lists.Indices(i)[place] % 3] += 1 / Math.Max(1e-12, lists.Distances(i)[place] + shift);
            }

            Assert.All(Enumerable.Range(0, 3), c => Assert.Equal(votes[c] / votes.Sum(), scores[i][c], 1e-5));
        }
    }

    [Fact]
    public void The_number_of_voters_is_chosen_by_cross_validation_and_told_in_the_log()
    {
        // One label in five is wrong, so that few voters do worse than many.
        Point[] noisy = Point.Random(200);
        for (int i = 0; i < noisy.Length; i += 5)
        {
            noisy[i].Label = noisy[i + 1].Label;
        }

        List<string> log = [];
        _ml.Log += (_, e) => log.Add(e.Message);
        NearestNeighborsTransformer fitted = Fit(noisy, new());
        Assert.InRange(fitted.Classifier.Neighbors, 5, 19);
        Assert.Contains(log, message => message.Contains($"{fitted.Classifier.Neighbors} neighbours vote", StringComparison.Ordinal));
        Assert.InRange(Fit(noisy, new() { LeastNeighbors = 3, MostNeighbors = 4 }).Classifier.Neighbors, 3, 4);
        Assert.Equal(2, Fit(noisy, new() { Neighbors = 2 }).Classifier.Neighbors);
    }

    [Fact]
    public void Few_rows_and_rows_without_a_label_are_taken_as_they_are()
    {
        Assert.Equal(1, Fit(_fitted[..1], new()).Classifier.Neighbors);
        Assert.Equal([1f], VectorRow.Read(Fit(_fitted[..1], new() { Neighbors = 30 }).Transform(Keyed(_asked[..1])), "Score")[0]);
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        IDataView two = _ml.Transforms.SelectColumns("Label").Fit(data).Transform(_ml.Data.LoadFromEnumerable(_fitted[..2]));
        IDataView known = _ml.Transforms.Conversion.MapValueToKey("Label", keyData: two).Fit(data).Transform(data);
        List<string> log = [];
        _ml.Log += (_, e) => log.Add(e.Message);
        NearestNeighborsTransformer fitted = _ml.MulticlassClassification.Trainers.NearestNeighbors("Label", "Vector", 3).Fit(known);
        Assert.Equal((40, 2), (fitted.Index.Count, fitted.Classifier.Classes));
        Assert.Contains(log, message => message.Contains("20 of 60 rows have no label", StringComparison.Ordinal));
        IDataView none = _ml.Data.FilterRowsByMissingValues(known, "Label");
        Assert.Equal(Views.Lines(fitted.Transform(none)), Views.Lines(_ml.MulticlassClassification.Trainers.NearestNeighbors("Label", "Vector", 3).Fit(none).Transform(none)));
    }

    [Fact]
    public void Labels_that_are_no_keys_and_settings_that_make_no_sense_are_refused()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        Assert.Contains("'Label' as a key", Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.NearestNeighbors("Label", "Vector").Fit(data)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.NearestNeighbors("Label", "Vector").GetOutputSchema(Shapes.Of(data.Schema)));
        Refused(new() { Neighbors = 0 }, "Neighbors");
        Refused(new() { LeastNeighbors = 0 }, "LeastNeighbors");
        Refused(new() { MostNeighbors = 1 }, "MostNeighbors");
        Refused(new() { MostNeighbors = int.MaxValue }, "MostNeighbors");
        Refused(new() { Folds = 1 }, "Folds");
        Refused(new() { LabelColumnName = "" }, "LabelColumnName");

        void Refused(NearestNeighborsTrainerOptions options, string expected) =>
            Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(() => _ml.MulticlassClassification.Trainers.NearestNeighbors(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_are_hashes_are_refused_with_what_to_do()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        IDataView hashed = _ml.Transforms.Conversion.Hash("Label").Fit(data).Transform(data);
        ArgumentException refused = Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.NearestNeighbors("Label", "Vector").Fit(hashed));
        Assert.Contains("2147483648 values", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MapValueToKey", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_voters_than_rows_are_all_rows()
    {
        NearestNeighborsTransformer fitted = Fit(_fitted, new() { Neighbors = int.MaxValue });
        Assert.Equal(int.MaxValue, fitted.Classifier.Neighbors);
        Assert.Equal(Views.Lines(Fit(_fitted, new() { Neighbors = 60 }).Transform(Keyed(_asked))), Views.Lines(fitted.Transform(Keyed(_asked))));
    }

    [Fact]
    public void A_saved_pipeline_predicts_names_of_classes_one_row_at_a_time()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(_fitted);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.NearestNeighbors("Label", "Vector", reduction: HubnessReductionKind.Nicdm))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        ITransformer fitted = pipeline.Fit(data);
        using MemoryStream saved = new();
        _ml.Model.Save(fitted, data.Schema, saved);
        saved.Position = 0;
        MLContext fresh = new();
        using PredictionEngine<Point, Answer> engine = fresh.Model.CreatePredictionEngine<Point, Answer>(fresh.Model.Load(saved, out _));
        string[] expected = [.. fitted.Transform(_ml.Data.LoadFromEnumerable(_asked)).GetColumn<string>("PredictedLabel")];
        Assert.Equal(expected, _asked.Select(p => engine.Predict(p).PredictedLabel));
        Assert.Equal(3, engine.Predict(_asked[0]).Score.Length);
    }

    [Theory]
    [InlineData("Features", "\" \"")]
    [InlineData("Neighbors", "0")]
    [InlineData("Shift", "1e999")]
    public void A_saved_setting_that_makes_no_sense_is_refused(string name, string json) => Refused(parts =>
    {
        JsonNode settings = JsonNode.Parse(parts["settings.json"])!;
        settings[name] = 0;
        parts["settings.json"] = System.Text.Encoding.UTF8.GetBytes(settings.ToJsonString().Replace($"\"{name}\":0", $"\"{name}\":{json}", StringComparison.Ordinal));
    });

    [Fact]
    public void Saved_labels_that_do_not_fit_the_rows_are_refused()
    {
        ComponentFile other = Fit(_fitted[..9], new() { Neighbors = 2 }).ToFile();
        Refused(parts => parts["labels"] = other.Parts["labels"]);
        Refused(parts => parts.Remove("labels"));
        int length = Fit(_fitted[..12], new() { Neighbors = 2 }).ToFile().Parts["labels"].Length;
        Assert.All(Enumerable.Range(0, length), cut => Refused(parts => parts["labels"] = parts["labels"][..cut]));
    }

    private void Refused(Action<Dictionary<string, byte[]>> change)
    {
        ComponentFile file = Fit(_fitted[..12], new() { Neighbors = 2 }).ToFile();
        Dictionary<string, byte[]> parts = new(file.Parts);
        change(parts);
        Assert.Throws<InvalidDataException>(() => ComponentLoader.Load(_ml, new ComponentFile(file.Kind, file.Version, parts)));
    }

    private NearestNeighborsTransformer Fit(Point[] points, NearestNeighborsTrainerOptions options)
    {
        options.FeatureColumnName = "Vector";
        return _ml.MulticlassClassification.Trainers.NearestNeighbors(options).Fit(Keyed(points));
    }

    private IDataView Keyed(Point[] points)
    {
        IDataView data = _ml.Data.LoadFromEnumerable(points);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private static List<string> Annotations(DataViewSchema.Column column)
    {
        List<string> annotations = [];
        foreach (DataViewSchema.Column annotation in column.Annotations.Schema)
        {
            if (annotation.Type is VectorDataViewType { ItemType: TextDataViewType })
            {
                VBuffer<ReadOnlyMemory<char>> names = default;
                column.Annotations.GetValue(annotation.Name, ref names);
                annotations.Add($"{annotation.Name}: {annotation.Type} {string.Join(",", names.DenseValues())}");
            }
            else if (annotation.Type is TextDataViewType)
            {
                ReadOnlyMemory<char> text = default;
                column.Annotations.GetValue(annotation.Name, ref text);
                annotations.Add($"{annotation.Name}: {text}");
            }
            else
            {
                uint id = 0;
                column.Annotations.GetValue(annotation.Name, ref id);
                annotations.Add($"{annotation.Name}: {annotation.Type} {id}");
            }
        }

        return [.. annotations.Order(StringComparer.Ordinal)];
    }

    private static string Promise(IEstimator<ITransformer> estimator, IDataView view, string column) =>
        Shapes.Describe(estimator.GetOutputSchema(Shapes.Of(view.Schema))).Single(line => line.StartsWith(column + ":", StringComparison.Ordinal));

    private sealed class Answer
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
