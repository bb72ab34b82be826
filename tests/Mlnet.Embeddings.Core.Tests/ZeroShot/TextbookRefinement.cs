using Mlnet.Embeddings.ZeroShot;

namespace Mlnet.Embeddings.Core.Tests.ZeroShot;

/// <summary>Lbl2Vec's refinement, step by step in float64.</summary>
internal static class TextbookRefinement
{
    public static (double[][] Labels, int[] Used) Of(EmbeddingMatrix rows, EmbeddingMatrix descriptions, LabelRefinementOptions options)
    {
        double[][] x = [.. Enumerable.Range(0, rows.Rows).Select(i => Unit([.. rows.Row(i).ToArray().Select(v => (double)v)]))];
        double[][] own = [.. Enumerable.Range(0, descriptions.Rows).Select(i => Unit([.. descriptions.Row(i).ToArray().Select(v => (double)v)]))];
        double[][] current = own;
        int[] used = new int[own.Length];
        for (int round = 0; round < options.Rounds; round++)
        {
            double[][] from = current;
            double[][] cosines = [.. x.Select(row => (double[])[.. from.Select(label => Dot(row, label))])];
            current = [.. from.Select((label, c) =>
            {
                int[] near = [.. Enumerable.Range(0, x.Length).Where(i => Dot(x[i], x[i]) > 0 && (!options.NearestDescriptionOnly || cosines[i].Max() == cosines[i][c])).OrderByDescending(i => cosines[i][c])];
                int[] chosen = [.. near.Where((i, place) => place < options.LeastRows || options.LeastSimilarity is not double least || cosines[i][c] >= least).Take(options.MostRows)];
                used[c] = chosen.Length;
                double[] mean = Unit([.. Enumerable.Range(0, label.Length).Select(j => chosen.Sum(i => x[i][j]))]);
                return chosen.Length == 0 ? label : Unit([.. mean.Select((m, j) => (options.DescriptionWeight * own[c][j]) + ((1 - options.DescriptionWeight) * m))]);
            })];
        }

        return (current, used);
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    private static double[] Unit(double[] x) => Dot(x, x) is double square and > 0 ? [.. x.Select(v => v / Math.Sqrt(square))] : x;
}
