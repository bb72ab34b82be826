namespace Mlnet.Embeddings.Evaluation;

/// <summary>Pairs of texts, each with a score of how similar people found them (any scale; larger is more similar).</summary>
public sealed class ScoredPairs
{
    /// <summary>Joins texts and scores; the lists are kept, not copied.</summary>
    /// <param name="left">The first text of each of n pairs.</param>
    /// <param name="right">The second text of each pair.</param>
    /// <param name="scores">The score of each pair, finite.</param>
    /// <exception cref="ArgumentException">
    /// The lists are of different lengths or hold a null, a score is not finite, there are fewer than two pairs, or all scores are equal (no correlation is defined then).
    /// </exception>
    public ScoredPairs(IReadOnlyList<string> left, IReadOnlyList<string> right, IReadOnlyList<double> scores)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(scores);
        if (left.Count != right.Count || left.Count != scores.Count)
        {
            throw new ArgumentException($"There are {left.Count} left texts, {right.Count} right texts and {scores.Count} scores; each pair needs one of each.", nameof(right));
        }

        if (left.Count < 2)
        {
            throw new ArgumentException($"There are {left.Count} pairs; a correlation needs at least two.", nameof(left));
        }

        bool differ = false;
        for (int i = 0; i < left.Count; i++)
        {
            if (left[i] is null || right[i] is null)
            {
                throw new ArgumentException($"Pair {i} (counted from 0) lacks a text; give it or drop the pair.", left[i] is null ? nameof(left) : nameof(right));
            }

            if (!double.IsFinite(scores[i]))
            {
                throw new ArgumentException($"The score of pair {i} (counted from 0) is {scores[i]}; drop pairs without a score.", nameof(scores));
            }

            differ |= scores[i] != scores[0];
        }

        if (!differ)
        {
            throw new ArgumentException($"All {scores.Count} scores are {scores[0]}; a correlation needs scores that differ.", nameof(scores));
        }

        Left = left;
        Right = right;
        Scores = scores;
    }

    /// <summary>The first text of each pair.</summary>
    public IReadOnlyList<string> Left { get; }

    /// <summary>The second text of each pair.</summary>
    public IReadOnlyList<string> Right { get; }

    /// <summary>The score of each pair.</summary>
    public IReadOnlyList<double> Scores { get; }

    /// <summary>How many pairs there are.</summary>
    public int Count => Left.Count;
}
