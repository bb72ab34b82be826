using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Benchmarks.Experiments.Adaptation;

/// <summary>A way to learn classes from rows.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Names">Whether each class's name is one more row of it.</param>
/// <param name="Unlabelled">Whether it is given the other rows of the train file too, without their labels.</param>
/// <param name="Options">The adapter's training; null for logistic regression with C chosen by five folds of its rows.</param>
internal sealed record LabelContender(string Name, bool Names, bool Unlabelled, AdapterTrainerOptions? Options)
{
    private const int Folds = 5;
    private const int Seed = 42;

    /// <summary>The classes of the scored rows after learning from some rows, one thread.</summary>
    public int[] Predict(LabelTask task, int[] chosen, int seed, int threads)
    {
        (EmbeddingMatrix rows, int[] labels) = task.TrainRows(chosen, Names);
        if (Options is null)
        {
            return new StrengthSearch(labels, task.Classes, Folds, Seed, threads).Fit(rows, CancellationToken.None).Head.Predict(task.Test);
        }

        AdapterTrainerOptions options = Options.Clone();
        (options.Seed, options.Threads) = (seed, threads);
        AdapterTrainingResult result = Unlabelled
            ? new PseudoLabelTrainer(options).Fit(rows, labels, task.Others(chosen), task.Classes)
            : new AdapterTrainer(options).Fit(AdapterTrainingData.FromLabels(rows, labels, task.Classes));
        return result.Classifier!.Predict(task.Test, threads);
    }
}
