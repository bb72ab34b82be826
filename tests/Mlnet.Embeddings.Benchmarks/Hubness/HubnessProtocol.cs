using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Hubness;
using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Transforms;

namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>
/// Measures all methods on one data set. Hubness and the leave-one-out error see all rows. For the error that is compared, some rows are classified by the others, which alone give the chain, the
/// scales, and k, of 2 to 19, by ten folds of them. Candidates are searched once for all reductions of a space.
/// </summary>
internal sealed class HubnessProtocol(LabelledRows data, int candidates)
{
    public const int Threads = 2;
    private const int Neighbors = 10;
    private const int Fifths = 5;
    private const int Seed = 42;

    private readonly int[] _fifth = StratifiedFolds.Assign(data.Labels, data.Classes, Fifths, Seed);
    private readonly NearestNeighborOptions _choice = new() { Seed = Seed };

    /// <summary>Each method with its result, the plain one first.</summary>
    public IEnumerable<(MethodToTry Method, MethodResult Result)> Run() =>
        MethodToTry.All.GroupBy(m => m.Space).SelectMany(space => Measure(space.Key, [.. space]));

    private IEnumerable<(MethodToTry Method, MethodResult Result)> Measure(string space, MethodToTry[] methods)
    {
        EmbeddingMatrix vectors = space == MethodToTry.Drawn ? RandomRanks.Of(data.Vectors, Seed) : data.Vectors;
        string? chain = space.Length == 0 || space == MethodToTry.Drawn ? null : space;
        (HubnessMeasures Measures, double Error)[] whole = Whole(Applied(chain, vectors, vectors), methods);
        List<int> labels = [];
        List<int>[] predictions = [.. methods.Select(_ => new List<int>())];
        List<int>[] chosen = [.. methods.Select(_ => new List<int>())];
        foreach (int[] tests in data.Tests)
        {
            (EmbeddingMatrix train, int[] known) = Rows.Take(vectors, data.Labels, RowsWhere(tests, tested: false));
            (EmbeddingMatrix test, int[] hidden) = Rows.Take(vectors, data.Labels, RowsWhere(tests, tested: true));
            (int K, int[] Classes)[] found = Classify(Applied(chain, train, train), known, Applied(chain, train, test), methods);
            labels.AddRange(hidden);
            for (int m = 0; m < methods.Length; m++)
            {
                chosen[m].Add(found[m].K);
                predictions[m].AddRange(found[m].Classes);
            }
        }

        return methods.Select((method, m) => (method, new MethodResult(whole[m].Measures, whole[m].Error, [.. predictions[m]], [.. labels], [.. chosen[m]])));
    }

    private (HubnessMeasures Measures, double Error)[] Whole(EmbeddingMatrix rows, MethodToTry[] methods)
    {
        ExactNeighbors index = new(rows);
        NeighborLists near = index.QueryRows(Math.Min(candidates, rows.Rows - 1), Threads);
        return [.. methods.Select(Measured)];

        (HubnessMeasures, double) Measured(MethodToTry method)
        {
            HubnessReduction? reduction = Fit(method, index, near);
            NeighborLists lists = reduction?.QueryRows(near, Neighbors, Threads) ?? near;
            double[] errors = NearestNeighborErrors.LeaveOneOut(lists, data.Labels, reduction?.Shift ?? 0);
            return (HubnessMeasures.Of(KOccurrence.Of(lists, Neighbors, rows.Rows), Neighbors), errors[Neighbors - 1]);
        }
    }

    private (int K, int[] Classes)[] Classify(EmbeddingMatrix train, int[] labels, EmbeddingMatrix test, MethodToTry[] methods)
    {
        ExactNeighbors index = new(train);
        NeighborLists near = index.QueryRows(Math.Min(candidates, train.Rows - 1), Threads);
        NeighborLists tested = index.Query(test, near.Count, Threads);
        return [.. methods.Select(Classified)];

        (int, int[]) Classified(MethodToTry method)
        {
            HubnessReduction? reduction = Fit(method, index, near);
            NeighborLists learned = reduction?.QueryRows(near, _choice.Neighbors, Threads) ?? near;
            NearestNeighborClassifier classifier = NearestNeighborClassifier.Fit(learned, labels, data.Classes, _choice, reduction?.Shift ?? 0);
            return (classifier.Neighbors, classifier.Predict(reduction?.Query(test, tested, classifier.Neighbors, Threads) ?? tested));
        }
    }

    private int[] RowsWhere(int[] tests, bool tested) => [.. Enumerable.Range(0, _fifth.Length).Where(i => tests.Contains(_fifth[i]) == tested)];

    private static HubnessReduction? Fit(MethodToTry method, ExactNeighbors index, NeighborLists near) =>
        method.Reduction is HubnessReductionKind kind ? HubnessReduction.Fit(index, kind, new() { Neighbors = Neighbors, Candidates = near.Count, Threads = Threads }, near) : null;

    private static EmbeddingMatrix Applied(string? chain, EmbeddingMatrix fitted, EmbeddingMatrix rows) =>
        chain is null ? rows : TransformRecipe.Parse(chain).Fit(fitted, Threads).Apply(rows, Threads);
}
