using Mlnet.Embeddings.Clustering;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Benchmarks.Experiments;

/// <summary>Topics: k-means and nearest neighbours on half the posts of 20 Newsgroups, without headers, quotes and signatures; chains are fitted on the other half.</summary>
internal sealed class NewsgroupTask : ExperimentTask
{
    private const int Step = 2;
    private const int Clusterings = 10;
    private const int Sample = 2_500;
    private const int Nearest = 10;

    private readonly int[] _known;
    private readonly EmbeddingMatrix _scored;
    private readonly int[] _labels;
    private readonly int _classes;

    public NewsgroupTask(EmbeddingModel model)
    {
        (string[] texts, string[] names) = SharedData.NewsgroupBodies(Step);
        LabelSpace space = new(names);
        _classes = space.Count;
        int[] labels = space.NumbersOf(names);
        int[] half = StratifiedFolds.Assign(labels, _classes, folds: 2, Seed);
        EmbeddingMatrix rows = model.Encode(texts);
        (FitRows, _known) = Rows.Take(rows, labels, [.. Enumerable.Range(0, labels.Length).Where(i => half[i] == 0)]);
        (_scored, _labels) = Rows.Take(rows, labels, [.. Enumerable.Range(0, labels.Length).Where(i => half[i] == 1)]);
    }

    public override string[] Columns => ["V-measure", "10-NN"];

    public override string Split => $"V-measure, 10-NN: 20 Newsgroups, every second post that is not blank without headers, quotes and signature; chains fitted on {FitRows.Rows:#,0}, {_labels.Length:#,0} others scored: {Clusterings} clusterings of {Sample:#,0} of them by Euclidean mini-batch k-means, and the majority of the {Nearest} nearest by cosine among the fitted.";

    protected override EmbeddingMatrix FitRows { get; }

    public override Outcome?[] Measure(ChainToTry chain)
    {
        VectorTransform? transform = Fit(chain);
        EmbeddingMatrix rows = Apply(transform, _scored);
        double[] clusterings = new double[Clusterings];
        Parallel.For(0, Clusterings, new ParallelOptions { MaxDegreeOfParallelism = Threads }, run => clusterings[run] = Cluster(rows, run));
        double[] hits = Classify(Apply(transform, FitRows), rows);
        return [new(clusterings.Average(), clusterings, AreResamples: false, rows.Dimensions), new(hits.Average(), hits, AreResamples: false, rows.Dimensions)];
    }

    private double Cluster(EmbeddingMatrix rows, int run)
    {
        (EmbeddingMatrix sample, int[] labels) = Rows.Take(rows, _labels, RowSample.Indices(rows.Rows, Sample, Seed + run));
        KMeans found = KMeans.Fit(sample, new() { Clusters = _classes, Distance = VectorDistance.Euclidean, BatchSize = 512, MaxIterations = 100, Seed = Seed + run, Threads = 1 });
        return VMeasure.Compute(labels, found.Labels).Value;
    }

    private double[] Classify(EmbeddingMatrix known, EmbeddingMatrix rows)
    {
        NeighborLists lists = new ExactNeighbors(known).Query(rows, Nearest, Threads);
        double[] hits = new double[rows.Rows];
        int[] votes = new int[_classes];
        for (int i = 0; i < hits.Length; i++)
        {
            Array.Clear(votes);
            int winner = _known[lists.Indices(i)[0]];
            foreach (int neighbor in lists.Indices(i))
            {
                votes[_known[neighbor]]++;
            }

            // Of equal votes the label of the nearer row wins.
            foreach (int neighbor in lists.Indices(i))
            {
                winner = votes[_known[neighbor]] > votes[winner] ? _known[neighbor] : winner;
            }

            hits[i] = winner == _labels[i] ? 1 : 0;
        }

        return hits;
    }
}
