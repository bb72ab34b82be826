using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Adapters.Losses;

namespace Mlnet.Embeddings.Core.Tests.Adapters.Losses;

/// <summary>A small batch in double: seeded rows, and what is known about them.</summary>
internal sealed class LossCase
{
    private readonly Action<CosineBatch<double>> _fill;

    public LossCase(CosineLayout layout, int anchors, int candidates, int dimensions, Action<CosineBatch<double>>? fill = null, int seed = 1)
    {
        Random random = new(seed);
        (Layout, AnchorCount, CandidateCount, Dimensions, _fill) = (layout, anchors, candidates, dimensions, fill ?? (_ => { }));
        Anchors = Rows(random, anchors * dimensions);
        Candidates = layout == CosineLayout.Self ? [] : Rows(random, candidates * dimensions);
        AnchorsBefore = Nearby(random, Anchors);
        CandidatesBefore = Nearby(random, Candidates);
    }

    private LossCase(LossCase other)
    {
        (Layout, AnchorCount, CandidateCount, Dimensions, _fill) = (other.Layout, other.AnchorCount, other.CandidateCount, other.Dimensions, other._fill);
        (Anchors, Candidates, AnchorsBefore, CandidatesBefore) = ([.. other.Anchors], [.. other.Candidates], other.AnchorsBefore, other.CandidatesBefore);
    }

    public CosineLayout Layout { get; }

    public int AnchorCount { get; }

    public int CandidateCount { get; }

    public int Dimensions { get; }

    public double[] Anchors { get; }

    public double[] Candidates { get; }

    public double[] AnchorsBefore { get; }

    public double[] CandidatesBefore { get; }

    /// <summary>The same rows in memory of their own.</summary>
    public LossCase Copy() => new(this);

    /// <summary>What is known about the rows, without cosines.</summary>
    public CosineBatch<double> Facts()
    {
        CosineBatch<double> batch = new();
        batch.Reset(Layout, AnchorCount, CandidateCount);
        _fill(batch);
        return batch;
    }

    /// <summary>The loss alone.</summary>
    public double Value(AdapterLoss loss) => Evaluate(loss).Loss;

    /// <summary>The loss and its gradients.</summary>
    public (double Loss, double[] AnchorGradients, double[] CandidateGradients) Evaluate(AdapterLoss loss, int threads = 1)
    {
        LossFrame<double> frame = new(loss, Dimensions, threads);
        frame.Batch.Reset(Layout, AnchorCount, CandidateCount);
        _fill(frame.Batch);
        frame.SetBefore(AnchorsBefore, CandidatesBefore);
        double[] anchors = [.. Enumerable.Repeat(double.NaN, Anchors.Length)];
        double[] candidates = [.. Enumerable.Repeat(double.NaN, Candidates.Length)];
        return (frame.Evaluate(Anchors, Candidates, anchors, candidates), anchors, candidates);
    }

    /// <summary>The cosine of rows i and j, of the first <paramref name="width"/> values.</summary>
    public double Cosine(int i, int j, int? width = null) => Cosine(Anchors, Candidates, i, j, width ?? Dimensions);

    /// <summary>The same of the frozen rows.</summary>
    public double Before(int i, int j) => Cosine(AnchorsBefore, CandidatesBefore, i, j, Dimensions);

    private double Cosine(double[] anchors, double[] candidates, int i, int j, int width)
    {
        (double[] a, i) = Layout == CosineLayout.Views && i >= AnchorCount ? (candidates, i - AnchorCount) : (anchors, i);
        (double[] b, j) = Layout switch
        {
            CosineLayout.Self => (anchors, j),
            CosineLayout.Views => j >= AnchorCount ? (candidates, j - AnchorCount) : (anchors, j),
            CosineLayout.Paired => (candidates, i),
            _ => (candidates, j),
        };
        double dot = 0, aa = 0, bb = 0;
        for (int k = 0; k < width; k++)
        {
            double x = a[(i * Dimensions) + k], y = b[(j * Dimensions) + k];
            (dot, aa, bb) = (dot + (x * y), aa + (x * x), bb + (y * y));
        }

        return dot / Math.Sqrt(aa * bb);
    }

    private static double[] Rows(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextDouble()) - 1)];

    // What an adapter was given differs a little from what it gives.
    private static double[] Nearby(Random random, double[] rows) => [.. rows.Select(value => value + (0.02 * random.NextDouble()))];
}
