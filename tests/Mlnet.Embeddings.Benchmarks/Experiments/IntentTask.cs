using System.Globalization;
using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Benchmarks.Experiments;

/// <summary>
/// Classification: logistic regression on Banking77's train file, cut into five folds: three to learn from, one to choose C on, one to score on. C is chosen for each chain,
/// because a chain that stretches vectors otherwise gains by weaker regularization alone.
/// </summary>
internal sealed class IntentTask : ExperimentTask
{
    private const int Folds = 5;
    private const int Draws = 10;
    private const int Shots = 8;
    private const int Patience = 2;

    // Unit vectors want C of 3 to 300, whitened ones that are √d long far less.
    private static readonly double[] Grid = [0.001, 0.01, 0.1, 1, 3, 10, 30, 100, 300, 1000, 3000];

    private readonly Part _train;
    private readonly Part _tune;
    private readonly Part _score;
    private readonly int _classes;
    private readonly int[][] _draws;

    public IntentTask(EmbeddingModel model)
    {
        (string[] texts, string[] names) = SharedData.Labelled("data/classification/banking77/train.csv");
        LabelSpace space = new(names);
        _classes = space.Count;
        int[] labels = space.NumbersOf(names);
        int[] foldOf = StratifiedFolds.Assign(labels, _classes, Folds, Seed);
        EmbeddingMatrix rows = model.Encode(texts);
        _train = Part.Of(rows, labels, i => foldOf[i] < Folds - 2);
        _tune = Part.Of(rows, labels, i => foldOf[i] == Folds - 2);
        _score = Part.Of(rows, labels, i => foldOf[i] == Folds - 1);
        _draws = FewShotDraws.Draw(_train.Labels, _classes, Shots, Draws, Seed);
    }

    public override string[] Columns => ["8-shot, C = 1", "8-shot", "all rows"];

    public override string Split => $"8-shot, all rows: accuracy on Banking77's train file alone, {_train.Labels.Length:#,0} rows to fit chains on and to learn from (8 of each intent, {Draws} draws; or all), {_tune.Labels.Length:#,0} to choose C on, {_score.Labels.Length:#,0} to score on.";

    protected override EmbeddingMatrix FitRows => _train.Rows;

    public override Outcome?[] Measure(ChainToTry chain)
    {
        if (!chain.Heads)
        {
            return [null, null, null];
        }

        VectorTransform? transform = Fit(chain);
        Part train = _train with { Rows = Apply(transform, _train.Rows) };
        Part tune = _tune with { Rows = Apply(transform, _tune.Rows) };
        Part score = _score with { Rows = Apply(transform, _score.Rows) };
        (Outcome standard, Outcome tuned) = Learn([.. _draws.Select(draw => Part.Of(train.Rows, train.Labels, draw))], tune, score, overDraws: true);
        return [standard, tuned, chain.Full ? Learn([train], tune, score, overDraws: false).Tuned : null];
    }

    private (Outcome Standard, Outcome Tuned) Learn(Part[] sets, Part tune, Part score, bool overDraws)
    {
        SoftmaxHead?[] heads = new SoftmaxHead?[sets.Length];
        (double Tuned, Outcome Outcome) best = (-1, null!);
        Outcome? standard = null;
        for (int g = 0, fallen = 0; g < Grid.Length && (fallen < Patience || standard is null); g++)
        {
            SoftmaxHeadOptions options = new() { Strength = Grid[g], Threads = sets.Length == 1 ? Threads : 1 };
            Parallel.For(0, sets.Length, new ParallelOptions { MaxDegreeOfParallelism = Threads }, s => heads[s] = SoftmaxHead.Fit(sets[s].Rows, sets[s].Labels, _classes, options, heads[s]));
            double tuned = heads.Average(h => tune.Hits(h!).Average());
            double[][] hits = [.. heads.Select(h => score.Hits(h!))];
            double[] units = overDraws ? [.. hits.Select(h => h.Average())] : hits[0];
            Outcome outcome = new(units.Average(), units, AreResamples: false, score.Rows.Dimensions, string.Create(CultureInfo.InvariantCulture, $"C {Grid[g]}"));
            standard = Grid[g] == 1 ? outcome : standard;
            fallen = tuned > best.Tuned ? 0 : fallen + 1;
            best = tuned > best.Tuned ? (tuned, outcome) : best;
        }

        return (standard!, best.Outcome);
    }

    private sealed record Part(EmbeddingMatrix Rows, int[] Labels)
    {
        public static Part Of(EmbeddingMatrix rows, int[] labels, int[] chosen)
        {
            (EmbeddingMatrix features, int[] taken) = Evaluation.Rows.Take(rows, labels, chosen);
            return new(features, taken);
        }

        public static Part Of(EmbeddingMatrix rows, int[] labels, Func<int, bool> isIn) => Of(rows, labels, [.. Enumerable.Range(0, labels.Length).Where(isIn)]);

        public double[] Hits(SoftmaxHead head) => [.. head.Predict(Rows).Zip(Labels, (p, l) => p == l ? 1.0 : 0.0)];
    }
}
