using System.Numerics.Tensors;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Adapters;

/// <summary>How well classes are found from fitted rows; each method gives, for each held-out row, 1 where its class is found and 0 where not.</summary>
internal static class LabelComparison
{
    private const int Voters = 5;

    // A hundred iterations over so many products of rows, classes and dimensions take about two seconds.
    private const long RegressionWork = 50_000_000;

    public static double[] ByCentroid(EmbeddingMatrix fitted, int[] fittedLabels, EmbeddingMatrix rows, int[] labels, int classes, int threads)
    {
        EmbeddingMatrix units = UnitRows.Of(fitted);
        EmbeddingMatrix centroids = new(classes, fitted.Dimensions);
        bool[] known = new bool[classes];
        for (int i = 0; i < fittedLabels.Length; i++)
        {
            Span<float> centroid = centroids.Row(fittedLabels[i]);
            TensorPrimitives.Add<float>(centroid, units.Row(i), centroid);
            known[fittedLabels[i]] = true;
        }

        UnitRows.ScaleAll(centroids.Values, classes);
        EmbeddingMatrix cosines = new(rows.Rows, classes);
        MatrixProduct.MultiplyByTransposed<float>(rows.Values, centroids.Values, cosines.Values, rows.Rows, rows.Dimensions, classes, threads: threads);
        return Hits(labels, i => Nearest(cosines.Row(i), known));
    }

    public static double[] ByNeighbors(EmbeddingMatrix fitted, int[] fittedLabels, EmbeddingMatrix rows, int[] labels, int classes, int threads, CancellationToken cancellationToken)
    {
        int k = Math.Min(Voters, fitted.Rows);
        NeighborLists lists = NeighborIndex.Build(fitted, new() { Threads = threads }, cancellationToken).Query(rows, k, threads, cancellationToken);
        NearestNeighborClassifier classifier = new(fittedLabels, classes, k, 0);
        double[] shares = new double[classes];
        return Hits(labels, i => classifier.Score(lists.Indices(i), lists.Distances(i), shares));
    }

    /// <summary>Whether a regression on so many rows takes seconds only.</summary>
    public static bool CanRegress(EmbeddingMatrix fitted, int classes) => (long)fitted.Rows * fitted.Dimensions * classes <= RegressionWork;

    public static double[] ByRegression(EmbeddingMatrix fitted, int[] fittedLabels, EmbeddingMatrix rows, int[] labels, int classes, int threads, CancellationToken cancellationToken)
    {
        int[] predicted = SoftmaxHead.Fit(fitted, fittedLabels, classes, new() { Threads = threads }, cancellationToken: cancellationToken).Predict(rows);
        return Hits(labels, i => predicted[i]);
    }

    // A class that no row was fitted of is never found.
    private static int Nearest(ReadOnlySpan<float> cosines, bool[] known)
    {
        int nearest = Array.IndexOf(known, true);
        for (int c = nearest + 1; c < cosines.Length; c++)
        {
            nearest = known[c] && cosines[c] > cosines[nearest] ? c : nearest;
        }

        return nearest;
    }

    private static double[] Hits(int[] labels, Func<int, int> predict)
    {
        double[] hits = new double[labels.Length];
        for (int i = 0; i < hits.Length; i++)
        {
            hits[i] = predict(i) == labels[i] ? 1 : 0;
        }

        return hits;
    }
}
