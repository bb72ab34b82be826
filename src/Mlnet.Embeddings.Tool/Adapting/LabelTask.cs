using Mlnet.Embeddings.Adapters;

namespace Mlnet.Embeddings.Tool.Adapting;

/// <summary>Texts with a label each.</summary>
internal static class LabelTask
{
    /// <param name="texts">The texts.</param>
    /// <param name="labels">Their labels.</param>
    /// <param name="split">Which are held out.</param>
    /// <param name="vectors">The texts' vectors.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <param name="options">Of the comparison.</param>
    /// <exception cref="ToolException">There is one label only, or one is held out only.</exception>
    public static AdaptTask Of(IReadOnlyList<string> texts, IReadOnlyList<string> labels, RowSplit split, TextVectors vectors, string source, AdapterReportOptions options)
    {
        string[] names = [.. split.Training.Select(i => labels[i]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (names.Length < 2)
        {
            throw new ToolException($"{source}: all {split.Training.Length} rows to learn from have the label '{names[0]}', so there is nothing to tell apart. Give rows of two labels at least.");
        }

        Dictionary<string, int> numbers = new(names.Select((name, i) => KeyValuePair.Create(name, i)), StringComparer.Ordinal);
        if (split.HeldOut.FirstOrDefault(i => !numbers.ContainsKey(labels[i]), -1) is int other and >= 0)
        {
            throw new ToolException($"{source}: no row to learn from has the label '{labels[other]}', which a held-out one has. Give such a row, or take the label out.");
        }

        EmbeddingMatrix training = vectors.Of(texts, split.Training), heldOut = vectors.Of(texts, split.HeldOut);
        int[] trainingLabels = [.. split.Training.Select(i => numbers[labels[i]])], heldOutLabels = [.. split.HeldOut.Select(i => numbers[labels[i]])];
        return new()
        {
            Rows = "labels",
            Training = AdapterTrainingData.FromLabels(training, trainingLabels, names.Length),
            HeldOut = heldOut.Rows == 0 ? null : AdapterTrainingData.FromLabels(heldOut, heldOutLabels, names.Length),
            Compare = heldOut.Rows == 0 ? null : (towers, cancellationToken) => AdapterComparison.Labels(training, trainingLabels, heldOut, heldOutLabels, towers.Query, options, cancellationToken),
        };
    }
}
