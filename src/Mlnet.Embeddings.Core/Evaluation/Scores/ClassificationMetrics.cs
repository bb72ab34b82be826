namespace Mlnet.Embeddings.Evaluation;

/// <summary>
/// Scores of predicted classes by MTEB's names, as scikit-learn computes them: macro means go over the classes that occur among labels or predictions,
/// weighted ones by the number of rows of each; 0/0 is 0.
/// </summary>
internal static class ClassificationMetrics
{
    public static OrderedDictionary<string, double> Compute(int[] labels, int[] predictions, int classes)
    {
        int[] actual = Count(labels, classes);
        int[] predicted = Count(predictions, classes);
        int[] correct = new int[classes];
        int hits = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == predictions[i])
            {
                correct[labels[i]]++;
                hits++;
            }
        }

        double[] precision = new double[classes];
        double[] recall = new double[classes];
        double[] f1 = new double[classes];
        for (int c = 0; c < classes; c++)
        {
            precision[c] = Ratio(correct[c], predicted[c]);
            recall[c] = Ratio(correct[c], actual[c]);
            f1[c] = Ratio(2 * correct[c], predicted[c] + actual[c]);
        }

        OrderedDictionary<string, double> scores = new() { ["accuracy"] = Ratio(hits, labels.Length) };
        AddMeans(scores, "f1", f1, actual, predicted);
        AddMeans(scores, "precision", precision, actual, predicted);
        AddMeans(scores, "recall", recall, actual, predicted);
        if (classes == 2 && actual[0] > 0 && actual[1] > 0)
        {
            AddAveragePrecision(scores, correct[1], predicted[1], actual[1], labels.Length);
        }

        return scores;
    }

    private static void AddMeans(OrderedDictionary<string, double> scores, string name, double[] values, int[] actual, int[] predicted)
    {
        double sum = 0, weighted = 0;
        int present = 0, rows = 0;
        for (int c = 0; c < values.Length; c++)
        {
            sum += values[c];
            weighted += values[c] * actual[c];
            present += actual[c] + predicted[c] > 0 ? 1 : 0;
            rows += actual[c];
        }

        scores[name] = sum / present;
        scores[name + "_weighted"] = weighted / rows;
    }

    // MTEB ranks rows by the predicted class (not its probability), so the curve has one inner point: predicted as class 1 or not.
    private static void AddAveragePrecision(OrderedDictionary<string, double> scores, int correct, int predicted, int positives, int rows)
    {
        double recall = Ratio(correct, positives);
        double precision = Ratio(correct, predicted);
        double average = (recall * precision) + ((1 - recall) * Ratio(positives, rows));
        scores["ap"] = average;
        scores["ap_weighted"] = average;
    }

    private static int[] Count(int[] classesOfRows, int classes)
    {
        int[] counts = new int[classes];
        foreach (int c in classesOfRows)
        {
            counts[c]++;
        }

        return counts;
    }

    private static double Ratio(int part, int whole) => whole == 0 ? 0 : (double)part / whole;
}
