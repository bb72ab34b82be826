namespace Mlnet.Embeddings.Evaluation;

/// <summary>Pairs of texts, each said to belong together (a paraphrase, a duplicate) or not.</summary>
public sealed class LabeledPairs
{
    /// <summary>Joins texts and labels; the lists are kept, not copied.</summary>
    /// <param name="left">The first text of each of n pairs.</param>
    /// <param name="right">The second text of each pair.</param>
    /// <param name="labels">Whether the two belong together.</param>
    /// <exception cref="ArgumentException">The lists are of different lengths or hold a null, or not both labels occur (nothing could be told apart then).</exception>
    public LabeledPairs(IReadOnlyList<string> left, IReadOnlyList<string> right, IReadOnlyList<bool> labels)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(labels);
        if (left.Count != right.Count || left.Count != labels.Count)
        {
            throw new ArgumentException($"There are {left.Count} left texts, {right.Count} right texts and {labels.Count} labels; each pair needs one of each.", nameof(right));
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (left[i] is null || right[i] is null)
            {
                throw new ArgumentException($"Pair {i} (counted from 0) lacks a text; give it or drop the pair.", left[i] is null ? nameof(left) : nameof(right));
            }

            Positives += labels[i] ? 1 : 0;
        }

        if (Positives == 0 || Positives == left.Count)
        {
            throw new ArgumentException($"{Positives} of {left.Count} pairs belong together; give pairs that do and pairs that don't.", nameof(labels));
        }

        Left = left;
        Right = right;
        Labels = labels;
    }

    /// <summary>The first text of each pair.</summary>
    public IReadOnlyList<string> Left { get; }

    /// <summary>The second text of each pair.</summary>
    public IReadOnlyList<string> Right { get; }

    /// <summary>Whether the two texts of each pair belong together.</summary>
    public IReadOnlyList<bool> Labels { get; }

    /// <summary>How many pairs there are.</summary>
    public int Count => Left.Count;

    /// <summary>How many of them belong together.</summary>
    public int Positives { get; }
}
