using System.Text.Json;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Clustering;

namespace Mlnet.Embeddings.Demo;

internal abstract partial class Job
{
    public const string Engine = "without ML.NET: Core's own softmax head";
    public const string Extension = ".json";
    public const string SavedWith = "the classifier alone: the embedding model is bundled";

    /// <summary>The one kind there is without ML.NET.</summary>
    public static readonly string[] Features = ["embedding"];

    public static Job Fit(Examples examples, string _)
    {
        EmbeddingMatrix features = EmbeddingModel.Default.Encode([.. examples.Train.Select(e => e.Text)]);
        int[] labels = [.. examples.Train.Select(e => Array.IndexOf(examples.Labels, e.Label))];
        SoftmaxHead head = SoftmaxHead.Fit(features, labels, examples.Labels.Length, new SoftmaxHeadOptions { Strength = 10 });
        return new CoreJob(new Saved(examples.Labels, head.Weights.ToArray(), head.Intercepts.ToArray()));
    }

    public static Job Load(string path) => new CoreJob(JsonSerializer.Deserialize<Saved>(File.ReadAllText(path))!);

    private sealed class CoreJob(Saved saved) : Job
    {
        public override string[] Predict(string[] texts)
        {
            EmbeddingMatrix features = EmbeddingModel.Default.Encode(texts);
            return [.. Enumerable.Range(0, texts.Length).Select(i => saved.Labels[Best(features.Row(i))])];
        }

        public override int[] Cluster(IReadOnlyList<Example> examples, int clusters)
        {
            EmbeddingMatrix features = EmbeddingModel.Default.Encode([.. examples.Select(e => e.Text)]);
            return [.. KMeans.Fit(features, new KMeansOptions { Clusters = clusters }).Labels];
        }

        public override void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(saved));

        private int Best(ReadOnlySpan<float> vector)
        {
            int best = 0;
            double highest = double.NegativeInfinity;
            for (int label = 0; label < saved.Labels.Length; label++)
            {
                double score = saved.Intercepts[label] + System.Numerics.Tensors.TensorPrimitives.Dot(saved.Weights.AsSpan(label * vector.Length, vector.Length), vector);
                (best, highest) = score > highest ? (label, score) : (best, highest);
            }

            return best;
        }
    }

    private sealed record Saved(string[] Labels, float[] Weights, float[] Intercepts);
}
