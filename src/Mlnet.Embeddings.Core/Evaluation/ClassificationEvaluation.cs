using System.Numerics.Tensors;
using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// Classification: how well logistic regression on frozen embeddings predicts labels. The main score is accuracy, as in MTEB (Muennighoff et al., 2023).
/// </summary>
/// <remarks>
/// Scores: <c>accuracy</c>; <c>f1</c>, <c>precision</c> and <c>recall</c> (macro) and each <c>_weighted</c>; with two labels <c>ap</c> and <c>ap_weighted</c> of the predicted
/// labels, the second in ordinal order being the positive one. <see cref="ClassificationProtocol.Full"/> adds <c>c</c>, the strength chosen.
/// </remarks>
public static class ClassificationEvaluation
{
    /// <summary>Embeds the texts, trains as the protocol says and scores the predictions on the test texts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="train">Training texts of at least two labels.</param>
    /// <param name="test">Test texts, of labels that occur in <paramref name="train"/>.</param>
    /// <param name="options">Protocol, seed, threads.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <exception cref="ArgumentException">The training rows have one label only or are fewer than the folds, or a test label never occurs among them.</exception>
    /// <exception cref="InvalidDataException">The model gives a vector that is not finite.</exception>
    public static EvaluationResult Run(EmbeddingModel model, LabeledTexts train, LabeledTexts test, ClassificationEvaluationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        options ??= new();
        EvaluationRun run = new(model, options, cancellationToken);
        LabelSpace labels = new(train.Labels);
        Task task = new(train, labels.NumbersOf(train.Labels), test, labels.NumbersOf(test.Labels), labels.Count);
        (double[] correct, OrderedDictionary<string, double> scores) = options.Protocol == ClassificationProtocol.Mteb
            ? RunMteb(task, run, options, cancellationToken)
            : RunFull(task, run, options, cancellationToken);
        (double Low, double High) interval = Bootstrap.MeanInterval(correct, options.Resamples, options.Seed, cancellationToken);
        return run.Result("classification", "accuracy", scores, interval, test.Count);
    }

    private static (double[] Correct, OrderedDictionary<string, double> Scores) RunMteb(Task task, EvaluationRun run, ClassificationEvaluationOptions options, CancellationToken cancellationToken)
    {
        int[][] draws = FewShotDraws.Draw(task.TrainLabels, task.Classes, options.SamplesPerLabel, options.Experiments, options.Seed);
        EmbeddingMatrix features = EncodeDrawn(task, draws, run);
        EmbeddingMatrix test = run.Encode(task.Test.Texts, "test text");
        int[][] predictions = new int[draws.Length][];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken };
        Parallel.For(0, draws.Length, parallel, e =>
        {
            (EmbeddingMatrix rows, int[] labels) = Rows.Take(features, task.TrainLabels, draws[e]);
            predictions[e] = SoftmaxHead.Fit(rows, labels, task.Classes, cancellationToken: cancellationToken).Predict(test);
        });

        return Average(task, predictions);
    }

    // Only the rows that some experiment draws are embedded; the others stay zero and are never looked at.
    private static EmbeddingMatrix EncodeDrawn(Task task, int[][] draws, EvaluationRun run)
    {
        SortedSet<int> drawn = [];
        foreach (int[] draw in draws)
        {
            drawn.UnionWith(draw);
        }

        int[] rows = [.. drawn];
        string[] texts = new string[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            texts[i] = task.Train.Texts[rows[i]];
        }

        EmbeddingMatrix vectors = run.Encode(texts, "drawn training text");
        EmbeddingMatrix result = new(task.Train.Count, vectors.Dimensions);
        for (int i = 0; i < rows.Length; i++)
        {
            vectors.Row(i).CopyTo(result.Row(rows[i]));
        }

        return result;
    }

    private static (double[] Correct, OrderedDictionary<string, double> Scores) RunFull(Task task, EvaluationRun run, ClassificationEvaluationOptions options, CancellationToken cancellationToken)
    {
        if (task.Train.Count < options.Folds)
        {
            throw new ArgumentException($"There are {task.Train.Count} training rows; choosing C over {options.Folds} folds needs at least as many. Add rows or take fewer folds.");
        }

        EmbeddingMatrix features = run.Encode(task.Train.Texts, "training text");
        EmbeddingMatrix test = run.Encode(task.Test.Texts, "test text");
        StrengthSearch search = new(task.TrainLabels, task.Classes, options.Folds, options.Seed, options.Threads);
        (SoftmaxHead head, double strength) = search.Fit(features, cancellationToken);
        (double[] correct, OrderedDictionary<string, double> scores) = Average(task, [head.Predict(test)]);
        scores["c"] = strength;
        return (correct, scores);
    }

    /// <summary>The share of experiments that predict each test row rightly, and the mean of each score over the experiments.</summary>
    private static (double[] Correct, OrderedDictionary<string, double> Scores) Average(Task task, int[][] predictions)
    {
        double[] correct = new double[task.Test.Count];
        OrderedDictionary<string, double> means = [];
        foreach (int[] predicted in predictions)
        {
            for (int i = 0; i < correct.Length; i++)
            {
                correct[i] += predicted[i] == task.TestLabels[i] ? 1 : 0;
            }

            foreach ((string name, double score) in ClassificationMetrics.Compute(task.TestLabels, predicted, task.Classes))
            {
                means[name] = means.GetValueOrDefault(name) + score;
            }
        }

        TensorPrimitives.Divide(correct, predictions.Length, correct);
        for (int s = 0; s < means.Count; s++)
        {
            means.SetAt(s, means.GetAt(s).Value / predictions.Length);
        }

        return (correct, means);
    }

    /// <summary>Training and test rows with the numbers of their labels.</summary>
    private sealed record Task(LabeledTexts Train, int[] TrainLabels, LabeledTexts Test, int[] TestLabels, int Classes);
}
