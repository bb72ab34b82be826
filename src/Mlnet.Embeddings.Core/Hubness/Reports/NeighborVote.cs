using Mlnet.Embeddings.Neighbors;

namespace Mlnet.Embeddings.Hubness;

/// <summary>The vote of a row's nearest neighbours, each weighing 1/distance, on the row's own label, which has no part in it.</summary>
internal static class NeighborVote
{
    // Distances of 0, of duplicates, outvote all others.
    private const double LeastDistance = 1e-12;

    /// <summary>Which rows are outvoted. Of labels with equally many votes the one whose voter is nearest wins.</summary>
    /// <param name="lists">Each row's nearest other rows.</param>
    /// <param name="labels">The rows' labels.</param>
    /// <param name="shift">What is added to distances, so that they are not negative.</param>
    public static bool[] Errors(NeighborLists lists, IReadOnlyList<string> labels, double shift)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        int[] classes = new int[labels.Count];
        for (int i = 0; i < classes.Length; i++)
        {
            numbers.TryAdd(labels[i], numbers.Count);
            classes[i] = numbers[labels[i]];
        }

        double[] votes = new double[numbers.Count];
        bool[] errors = new bool[classes.Length];
        for (int i = 0; i < errors.Length; i++)
        {
            Array.Clear(votes);
            int winner = -1;
            for (int j = 0; j < lists.Count; j++)
            {
                votes[classes[lists.Indices(i)[j]]] += 1 / Math.Max(LeastDistance, lists.Distances(i)[j] + shift);
            }

            foreach (int neighbor in lists.Indices(i))
            {
                winner = winner < 0 || votes[classes[neighbor]] > votes[winner] ? classes[neighbor] : winner;
            }

            errors[i] = winner != classes[i];
        }

        return errors;
    }
}
