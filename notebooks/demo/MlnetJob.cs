using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Demo;

internal abstract partial class Job
{
    public const string Engine = "in an ML.NET pipeline";
    public const string Extension = ".zip";
    public const string SavedWith = "the embedding model inside";

    /// <summary>The kinds of features to compare; ours first.</summary>
    public static readonly string[] Features = ["EmbedText", "FeaturizeText (ML.NET)", "both, concatenated"];

    public static Job Fit(Examples examples, string features) => MlnetJob.Fit(examples, ml => features switch
    {
        "EmbedText" => ml.Transforms.Text.EmbedText("Features", "Text"),
        "FeaturizeText (ML.NET)" => ml.Transforms.Text.FeaturizeText("Features", "Text"),
        _ => ml.Transforms.Text.EmbedText("Embedding", "Text")
            .Append(ml.Transforms.Text.FeaturizeText("Words", "Text"))
            .Append(ml.Transforms.Concatenate("Features", "Embedding", "Words")),
    });

    public static Job Load(string path)
    {
        MLContext ml = new(seed: 1);
        return new MlnetJob(ml, ml.Model.Load(path, out DataViewSchema schema), schema);
    }

    private sealed class MlnetJob(MLContext ml, ITransformer pipeline, DataViewSchema schema) : Job
    {
        public static MlnetJob Fit(Examples examples, Func<MLContext, IEstimator<ITransformer>> features)
        {
            MLContext ml = new(seed: 1);
            IDataView train = ml.Data.LoadFromEnumerable(examples.Train);
            var estimator = features(ml)
                .Append(ml.Transforms.Conversion.MapValueToKey("LabelKey", "Label"))
                .AppendCacheCheckpoint(ml)
                .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("LabelKey", l1Regularization: 0, l2Regularization: 0.1f))
                .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
            return new MlnetJob(ml, estimator.Fit(train), train.Schema);
        }

        public override string[] Predict(string[] texts)
        {
            IDataView rows = ml.Data.LoadFromEnumerable(texts.Select(t => new Example { Text = t, Label = "" }));
            return [.. pipeline.Transform(rows).GetColumn<string>("PredictedLabel")];
        }

        public override int[] Cluster(IReadOnlyList<Example> examples, int clusters)
        {
            IDataView rows = ml.Data.LoadFromEnumerable(examples);
            var estimator = ml.Transforms.Text.EmbedText("Features", "Text").AppendCacheCheckpoint(ml).Append(ml.Clustering.Trainers.KMeans(numberOfClusters: clusters));
            return [.. estimator.Fit(rows).Transform(rows).GetColumn<uint>("PredictedLabel").Select(c => (int)c)];
        }

        public override void Save(string path) => ml.Model.Save(pipeline, schema, path);
    }
}
