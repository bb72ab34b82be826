using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>Divides rows into folds that have each class in nearly the same share.</summary>
internal static class StratifiedFolds
{
    /// <summary>The fold of each row, 0..folds−1.</summary>
    public static int[] Assign(int[] labels, int classes, int folds, int seed)
    {
        int[] order = new int[labels.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        new MersenneTwister(seed).Shuffle<int>(order);
        List<int>[] rowsOf = new List<int>[classes];
        for (int c = 0; c < classes; c++)
        {
            rowsOf[c] = [];
        }

        foreach (int row in order)
        {
            rowsOf[labels[row]].Add(row);
        }

        // Dealt like cards, from where the class before stopped, so that the folds' sizes differ by one at most.
        int[] result = new int[labels.Length];
        int next = 0;
        foreach (List<int> rows in rowsOf)
        {
            foreach (int row in rows)
            {
                result[row] = next;
                next = (next + 1) % folds;
            }
        }

        return result;
    }
}
