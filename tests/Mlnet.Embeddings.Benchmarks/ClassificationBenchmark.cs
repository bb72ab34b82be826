using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;

namespace Mlnet.Embeddings.Benchmarks;

/// <summary>Banking77, full train file, L-BFGS of ML.NET on two kinds of features.</summary>
internal static class ClassificationBenchmark
{
    public static void Run(string[] args)
    {
        Fit("FeaturizeText", ml => ml.Transforms.Text.FeaturizeText("Features", "Text"), l2: 1f);
        Fit("FeaturizeText", ml => ml.Transforms.Text.FeaturizeText("Features", "Text"), l2: 0.1f);
        Fit("EmbedText", ml => ml.Transforms.Text.EmbedText("Features", "Text"), l2: 1f);
        Fit("EmbedText", ml => ml.Transforms.Text.EmbedText("Features", "Text"), l2: 0.1f);
    }

    private static void Fit(string name, Func<MLContext, IEstimator<ITransformer>> features, float l2)
    {
        MLContext ml = new(seed: 1);
        IDataView train = Load(ml, "data/classification/banking77/train.csv");
        IDataView test = Load(ml, "data/classification/banking77/test.csv");
        Stopwatch clock = Stopwatch.StartNew();
        ITransformer model = features(ml)
            .Append(ml.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(ml)
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(l1Regularization: l2 == 1f ? 1f : 0f, l2Regularization: l2))
            .Fit(train);
        double seconds = clock.Elapsed.TotalSeconds;
        double accuracy = ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
        string regularization = l2 == 1f ? "default regularization" : string.Create(CultureInfo.InvariantCulture, $"L1 0, L2 {l2}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-14} {regularization,-24} accuracy {accuracy:P1}, fitted in {seconds:0.0} s"));
    }

    private static IDataView Load(MLContext ml, string file)
    {
        (string[] texts, string[] labels) = SharedData.Labelled(file);
        return ml.Data.LoadFromEnumerable(texts.Zip(labels, (t, l) => new Row { Text = t, Label = l }));
    }

    private sealed class Row
    {
        public string Text { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
