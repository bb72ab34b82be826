namespace Mlnet.Embeddings.Evaluation;

/// <summary>The labels of rows in ordinal order, numbered from 0.</summary>
internal sealed class LabelSpace
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public LabelSpace(IReadOnlyList<string> labels)
    {
        foreach (string label in labels)
        {
            _numbers.TryAdd(label, 0);
        }

        string[] sorted = [.. _numbers.Keys];
        Array.Sort(sorted, StringComparer.Ordinal);
        for (int i = 0; i < sorted.Length; i++)
        {
            _numbers[sorted[i]] = i;
        }

        if (sorted.Length < 2)
        {
            throw new ArgumentException($"All {labels.Count} rows have the label '{sorted[0]}'; telling labels apart needs at least two. Check the label column.");
        }
    }

    public int Count => _numbers.Count;

    public int[] NumbersOf(IReadOnlyList<string> labels)
    {
        int[] result = new int[labels.Count];
        for (int i = 0; i < result.Length; i++)
        {
            if (!_numbers.TryGetValue(labels[i], out result[i]))
            {
                throw new ArgumentException($"Test row {i} (counted from 0) has the label '{labels[i]}', which no training row has. Add training rows of it or drop such test rows.");
            }
        }

        return result;
    }
}
