using System.Globalization;
using Mlnet.Embeddings.ZeroShot;

namespace Mlnet.Embeddings.Benchmarks.ZeroShot;

/// <summary>Classification by descriptions of labels, as they are and refined: what the defaults were chosen by (rows to learn from), and how well they do (rows held out).</summary>
internal static class ZeroShotBenchmark
{
    private static readonly (string Name, LabelRefinementOptions Options)[] Refinements =
    [
        ("as it comes (100 rows, nearest description only)", new()),
        ("5 rows", new() { MostRows = 5 }),
        ("20 rows", new() { MostRows = 20 }),
        ("50 rows", new() { MostRows = 50 }),
        ("200 rows", new() { MostRows = 200 }),
        ("all rows", new() { MostRows = int.MaxValue }),
        ("as in Lbl2Vec: 100 rows, near several", new() { NearestDescriptionOnly = false }),
        ("outliers left out", new() { CleanOutliers = true }),
        ("half the description", new() { DescriptionWeight = 0.5 }),
        ("3 rounds", new() { Rounds = 3 }),
    ];

    public static void Run(string[] args)
    {
        ZeroShotTask[] tasks = [.. ZeroShotTask.All()];
        using EmbeddingModel small = EmbeddingModel.FromFolder(SharedData.Path("models/potion-base-2M"));
        foreach (EmbeddingModel model in (EmbeddingModel[])[EmbeddingModel.Default, small])
        {
            Measured[] measured = [.. tasks.Select(task => new Measured(model, task))];
            Console.WriteLine($"\n{model.Space.ModelName}: accuracy on the rows that labels are refined by{string.Concat(tasks.Select(t => $"  {t.Name,13}"))}");
            Write("descriptions as they are", [.. measured.Select(m => m.Train.Accuracy(m.Plain))]);
            foreach ((string name, LabelRefinementOptions options) in Refinements)
            {
                Write(name, [.. measured.Select(m => m.Train.Accuracy(m.Plain.Refine(m.Train.Rows, options)))]);
            }

            foreach (double temperature in (double[])[0.02, 0.05, 0.07, 0.1, 0.2])
            {
                Write(string.Create(CultureInfo.InvariantCulture, $"log loss at T = {temperature}"), [.. measured.Select(m => m.Train.LogLoss(m.Plain, temperature) / 100)]);
            }

            Write("held out, descriptions as they are", [.. measured.Select(m => m.Test.Accuracy(m.Plain))]);
            Write("held out, refined as it comes", [.. measured.Select(m => m.Test.Accuracy(m.Plain.Refine(m.Train.Rows)))]);
        }
    }

    private static void Write(string name, double[] shares) =>
        Console.WriteLine($"{name,-62}{string.Concat(shares.Select(s => string.Create(CultureInfo.InvariantCulture, $"  {s * 100,13:0.00}")))}");

    /// <summary>A task as a model's vectors.</summary>
    private sealed class Measured(EmbeddingModel model, ZeroShotTask task)
    {
        public LabelDescriptionClassifier Plain { get; } = LabelDescriptionClassifier.Create(model, task.Labels);

        public Vectors Train { get; } = new(model.Encode(task.Train.Texts), [.. task.Train.Labels.Select(l => Array.FindIndex(task.Labels, d => d.Label == l))]);

        public Vectors Test { get; } = new(model.Encode(task.Test.Texts), [.. task.Test.Labels.Select(l => Array.FindIndex(task.Labels, d => d.Label == l))]);
    }

    private sealed record Vectors(EmbeddingMatrix Rows, int[] Labels)
    {
        public double Accuracy(LabelDescriptionClassifier classifier) => classifier.Predict(Rows).Zip(Labels).Average(p => p.First == p.Second ? 1.0 : 0);

        public double LogLoss(LabelDescriptionClassifier classifier, double temperature)
        {
            float[] similarities = new float[classifier.Labels.Count];
            double sum = 0;
            for (int i = 0; i < Labels.Length; i++)
            {
                classifier.Similarities(Rows.Row(i), similarities);
                double most = similarities.Max();
                sum += Math.Log(similarities.Sum(s => Math.Exp((s - most) / temperature))) - ((similarities[Labels[i]] - most) / temperature);
            }

            return sum / Labels.Length;
        }
    }
}
