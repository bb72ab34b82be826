using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>Chooses C of a <see cref="SoftmaxHead"/> by the accuracy of stratified cross-validation.</summary>
/// <remarks>
/// C climbs a fixed grid; each fold's fit starts from its head at the C before (a warm start), and the climb ends when the accuracy has fallen twice.
/// Of equally good ones the smallest C wins.
/// </remarks>
internal sealed class StrengthSearch(int[] labels, int classes, int folds, int seed, int threads)
{
    // Wide enough for unit vectors, where the best C is usually 3 to 300, and for longer ones, which want a smaller C.
    private static readonly double[] Grid = [0.01, 0.1, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];
    private const int Patience = 2;

    /// <summary>The head of the best C, fitted on all rows, and that C.</summary>
    public (SoftmaxHead Head, double Strength) Fit(EmbeddingMatrix features, CancellationToken cancellationToken)
    {
        int[] foldOf = StratifiedFolds.Assign(labels, classes, folds, seed);
        Fold[] parts = new Fold[folds];
        for (int f = 0; f < folds; f++)
        {
            parts[f] = new(features, labels, foldOf, f);
        }

        int bestHits = -1;
        double best = 0;
        SoftmaxHead? start = null;
        int fallen = 0;
        for (int g = 0; g < Grid.Length && fallen < Patience; g++)
        {
            int hits = 0;
            foreach (Fold part in parts)
            {
                part.Head = SoftmaxHead.Fit(part.Train, part.TrainLabels, classes, Options(Grid[g]), part.Head, cancellationToken);
                hits += part.Hits();
            }

            fallen = hits > bestHits ? 0 : fallen + 1;
            if (hits > bestHits)
            {
                (bestHits, best, start) = (hits, Grid[g], parts[0].Head);
            }
        }

        return (SoftmaxHead.Fit(features, labels, classes, Options(best), start, cancellationToken), best);
    }

    private SoftmaxHeadOptions Options(double strength) => new() { Strength = strength, Threads = threads };

    /// <summary>One division into training and held-out rows, with the head fitted last.</summary>
    private sealed class Fold
    {
        private readonly EmbeddingMatrix _heldOut;
        private readonly int[] _heldOutLabels;

        public Fold(EmbeddingMatrix features, int[] labels, int[] foldOf, int fold)
        {
            List<int> inside = [];
            List<int> outside = [];
            for (int i = 0; i < labels.Length; i++)
            {
                (foldOf[i] == fold ? outside : inside).Add(i);
            }

            (Train, TrainLabels) = Rows.Take(features, labels, [.. inside]);
            (_heldOut, _heldOutLabels) = Rows.Take(features, labels, [.. outside]);
        }

        public EmbeddingMatrix Train { get; }

        public int[] TrainLabels { get; }

        public SoftmaxHead? Head { get; set; }

        public int Hits()
        {
            int[] predictions = Head!.Predict(_heldOut);
            int hits = 0;
            for (int i = 0; i < predictions.Length; i++)
            {
                hits += predictions[i] == _heldOutLabels[i] ? 1 : 0;
            }

            return hits;
        }
    }
}
