using Microsoft.ML;
using Microsoft.ML.Data;

namespace Mlnet.Embeddings.Demo;

internal abstract partial class Job
{
    public const string Engine = "in an ML.NET pipeline";
    public const string Extension = ".zip";

    public static Job Fit(Examples examples) => MlnetJob.Fit(examples, ml => ml.Transforms.Text.EmbedText("Features", "Text"));

    /// <summary>The same pipeline on ML.NET's own text features.</summary>
    public static Job? FitBaseline(Examples examples) => MlnetJob.Fit(examples, ml => ml.Transforms.Text.FeaturizeText("Features", "Text"));

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
                .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("LabelKey", l2Regularization: 0.1f))
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
