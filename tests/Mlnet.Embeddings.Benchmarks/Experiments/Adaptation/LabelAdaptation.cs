using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Benchmarks.Experiments.Adaptation;

/// <summary>Adapters with a softmax over classes beside logistic regression on the embeddings as they are.</summary>
internal static class LabelAdaptation
{
    private const int Shots = 16;
    private const int Draws = 10;
    private const int Seeds = 3;
    private const int Seed = 42;

    /// <summary>16 rows of each class, ten draws; each contender's accuracy, draw by draw.</summary>
    public static IEnumerable<(string Name, Outcome Outcome)> Few(LabelTask task, IEnumerable<LabelContender> contenders)
    {
        int[][] draws = FewShotDraws.Draw(task.TrainLabels, task.Classes, Shots, Draws, Seed);
        foreach (LabelContender contender in contenders)
        {
            double[] scores = new double[Draws];
            Parallel.For(0, Draws, new ParallelOptions { MaxDegreeOfParallelism = ExperimentTask.Threads }, d => scores[d] = task.Hits(contender.Predict(task, draws[d], seed: d, threads: 1)).Average());
            yield return (contender.Name, new(scores.Average(), scores, AreResamples: false, task.Train.Dimensions));
        }
    }

    /// <summary>All rows to learn from; each contender's hits, row by row, those of an adapter averaged over three seeds.</summary>
    public static IEnumerable<(string Name, Outcome Outcome)> Full(LabelTask task, IEnumerable<LabelContender> contenders)
    {
        int[] all = [.. Enumerable.Range(0, task.Train.Rows)];
        foreach (LabelContender contender in contenders)
        {
            int seeds = contender.Options is null ? 1 : Seeds;
            double[][] hits = [.. Enumerable.Range(0, seeds).Select(seed => task.Hits(contender.Predict(task, all, seed, ExperimentTask.Threads)))];
            double[] units = [.. Enumerable.Range(0, task.Test.Rows).Select(i => hits.Average(h => h[i]))];
            yield return (contender.Name, new(units.Average(), units, AreResamples: false, task.Train.Dimensions));
        }
    }
}
