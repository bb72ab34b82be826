using Mlnet.Embeddings.Adapters;
using Mlnet.Embeddings.Evaluation;

namespace Mlnet.Embeddings.Benchmarks.Experiments.Adaptation;

/// <summary>Rows with a class, divided into those to learn from and those to score on, and a row for each class's name where classes have one.</summary>
internal sealed record LabelTask(string Name, EmbeddingMatrix Train, int[] TrainLabels, EmbeddingMatrix Test, int[] TestLabels, int Classes, EmbeddingMatrix? Names)
{
    private const int Folds = 5;
    private const int Seed = 42;

    /// <summary>Banking77, whose classes are named by words.</summary>
    /// <param name="model">What embeds.</param>
    /// <param name="onTrain">Whether to divide the train file, three fifths to learn from, instead of scoring on the test file.</param>
    public static LabelTask Banking(EmbeddingModel model, bool onTrain)
    {
        (string[] texts, string[] labels) = SharedData.Labelled("data/classification/banking77/train.csv");
        (string[] testTexts, string[] testLabels) = SharedData.Labelled("data/classification/banking77/test.csv");
        EmbeddingMatrix names = model.Encode([.. labels.Distinct().Order(StringComparer.Ordinal).Select(l => l.Replace('_', ' ').Replace("?", "", StringComparison.Ordinal))]);
        return Of("Banking77", model, (texts, labels), (testTexts, testLabels), onTrain) with { Names = names };
    }

    /// <summary>TREC's six coarse classes of questions.</summary>
    public static LabelTask Trec(EmbeddingModel model, bool onTrain) => Of("TREC", model, SharedData.TrecQuestions("train"), SharedData.TrecQuestions("test"), onTrain);

    /// <summary>The rows as a contender learns from them.</summary>
    public (EmbeddingMatrix Rows, int[] Labels) TrainRows(int[] chosen, bool withNames)
    {
        (EmbeddingMatrix rows, int[] labels) = Rows.Take(Train, TrainLabels, chosen);
        if (!withNames)
        {
            return (rows, labels);
        }

        EmbeddingMatrix all = new(rows.Rows + Classes, rows.Dimensions);
        rows.Values.CopyTo(all.Values);
        Names!.Values.CopyTo(all.Values[rows.Values.Length..]);
        return (all, [.. labels, .. Enumerable.Range(0, Classes)]);
    }

    /// <summary>The rows to learn from that are not among these, without their labels.</summary>
    public EmbeddingMatrix Others(int[] chosen) => Rows.Take(Train, TrainLabels, [.. Enumerable.Range(0, Train.Rows).Except(chosen)]).Features;

    /// <summary>1 for each scored row whose class is right, else 0.</summary>
    public double[] Hits(int[] predictions) => [.. predictions.Zip(TestLabels, (p, l) => p == l ? 1.0 : 0.0)];

    private static LabelTask Of(string name, EmbeddingModel model, (string[] Texts, string[] Labels) train, (string[] Texts, string[] Labels) test, bool onTrain)
    {
        LabelSpace space = new(train.Labels);
        EmbeddingMatrix rows = model.Encode(train.Texts);
        int[] labels = space.NumbersOf(train.Labels);
        if (!onTrain)
        {
            return new(name, rows, labels, model.Encode(test.Texts), space.NumbersOf(test.Labels), space.Count, null);
        }

        int[] foldOf = StratifiedFolds.Assign(labels, space.Count, Folds, Seed);
        (EmbeddingMatrix learn, int[] learnLabels) = Rows.Take(rows, labels, [.. Enumerable.Range(0, labels.Length).Where(i => foldOf[i] < 3)]);
        (EmbeddingMatrix score, int[] scoreLabels) = Rows.Take(rows, labels, [.. Enumerable.Range(0, labels.Length).Where(i => foldOf[i] >= 3)]);
        return new(name, learn, learnLabels, score, scoreLabels, space.Count, null);
    }
}
