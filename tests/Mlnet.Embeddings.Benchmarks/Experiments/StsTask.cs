using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Benchmarks.Experiments;

/// <summary>Similarity: Spearman's correlation of the cosine on STS-B dev.</summary>
internal sealed class StsTask : ExperimentTask
{
    private const int Resamples = 400;

    private readonly EmbeddingMatrix _left;
    private readonly EmbeddingMatrix _right;
    private readonly double[] _scores;

    public StsTask(EmbeddingModel model)
    {
        Row[] dev = Read("sts-dev.csv");
        FitRows = model.Encode([.. Read("sts-train.csv").SelectMany(r => new[] { r.Left, r.Right }).Distinct()]);
        _left = model.Encode([.. dev.Select(r => r.Left)]);
        _right = model.Encode([.. dev.Select(r => r.Right)]);
        _scores = [.. dev.Select(r => r.Score)];
    }

    public override string[] Columns => ["STS-B dev"];

    public override string Split => $"STS-B dev: Spearman's correlation of the cosine over {_scores.Length:#,0} pairs; chains fitted on the {FitRows.Rows:#,0} sentences of STS-B train.";

    protected override EmbeddingMatrix FitRows { get; }

    public override Outcome?[] Measure(ChainToTry chain) => [Score(Fit(chain))];

    /// <summary>The score after a fitted transform.</summary>
    public Outcome Score(VectorTransform? transform)
    {
        EmbeddingMatrix left = Apply(transform, _left);
        EmbeddingMatrix right = Apply(transform, _right);
        double[] cosines = new double[_scores.Length];
        for (int i = 0; i < cosines.Length; i++)
        {
            cosines[i] = PairSimilarity.Cosine(left.Row(i), right.Row(i));
        }

        Func<int[], double> spearman = Bootstrap.Spearman(cosines, _scores);
        List<double> resampled = [];
        Bootstrap.Interval(cosines.Length, Resamples, Seed, Watched, default);
        return new(Correlation.Spearman(cosines, _scores), [.. resampled], AreResamples: true, left.Dimensions);

        double Watched(int[] counts)
        {
            resampled.Add(spearman(counts));
            return resampled[^1];
        }
    }

    /// <summary>The first rows to fit on, as many as asked for, in an order that does not depend on their source.</summary>
    public EmbeddingMatrix FitSample(int rows)
    {
        int[] chosen = RowSample.Indices(FitRows.Rows, rows, Seed);
        return Rows.Take(FitRows, new int[FitRows.Rows], chosen).Features;
    }

    private static Row[] Read(string file) =>
    [
        .. File.ReadLines(SharedData.Path("data/sts/stsbenchmark/" + file)).Select(line => line.Split('\t'))
            .Select(f => new Row(f[5], f[6], double.Parse(f[4], System.Globalization.CultureInfo.InvariantCulture))),
    ];

    private sealed record Row(string Left, string Right, double Score);
}
