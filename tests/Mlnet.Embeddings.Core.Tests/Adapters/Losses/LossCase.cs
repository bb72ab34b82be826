using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

/// <summary>A small batch in double: seeded rows, and what is known about them.</summary>
internal sealed class LossCase
{
    public LossCase(CosineLayout layout, int anchors, int candidates, int dimensions, int seed = 1)
    {
        Random random = new(seed);
        (Layout, AnchorCount, CandidateCount, Dimensions) = (layout, anchors, candidates, dimensions);
        Anchors = Rows(random, anchors * dimensions);
        Candidates = layout == CosineLayout.Self ? [] : Rows(random, candidates * dimensions);
        AnchorsBefore = Rows(random, anchors * dimensions);
        CandidatesBefore = layout == CosineLayout.Self ? [] : Rows(random, candidates * dimensions);
    }

    public CosineLayout Layout { get; }

    public int AnchorCount { get; }

    public int CandidateCount { get; }

    public int Dimensions { get; }

    public double[] Anchors { get; }

    public double[] Candidates { get; }

    public double[] AnchorsBefore { get; }

    public double[] CandidatesBefore { get; }

    public Action<CosineBatch<double>> Fill { get; init; } = _ => { };

    /// <summary>The loss alone.</summary>
    public double Value(AdapterLoss loss) => Evaluate(loss).Loss;

    /// <summary>The loss and its gradients.</summary>
    public (double Loss, double[] AnchorGradients, double[] CandidateGradients) Evaluate(AdapterLoss loss, int threads = 1)
    {
        LossFrame<double> frame = new(loss, Dimensions, threads);
        frame.Batch.Reset(Layout, AnchorCount, CandidateCount);
        Fill(frame.Batch);
        frame.SetBefore(AnchorsBefore, CandidatesBefore);
        double[] anchors = [.. Enumerable.Repeat(double.NaN, Anchors.Length)];
        double[] candidates = [.. Enumerable.Repeat(double.NaN, Candidates.Length)];
        return (frame.Evaluate(Anchors, Candidates, anchors, candidates), anchors, candidates);
    }

    /// <summary>The cosine of anchor i and candidate j, of the first <paramref name="width"/> values.</summary>
    public double Cosine(int i, int j, int? width = null) => Cosine(Anchors, i, Layout == CosineLayout.Self ? Anchors : Candidates, j, width ?? Dimensions);

    /// <summary>The same of the frozen rows.</summary>
    public double Before(int i, int j) => Cosine(AnchorsBefore, i, Layout == CosineLayout.Self ? AnchorsBefore : CandidatesBefore, j, Dimensions);

    private double Cosine(double[] a, int i, double[] b, int j, int width)
    {
        double dot = 0, aa = 0, bb = 0;
        for (int k = 0; k < width; k++)
        {
            double x = a[(i * Dimensions) + k], y = b[(j * Dimensions) + k];
            (dot, aa, bb) = (dot + (x * y), aa + (x * x), bb + (y * y));
        }

        return dot / Math.Sqrt(aa * bb);
    }

    private static double[] Rows(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextDouble()) - 1)];
}
