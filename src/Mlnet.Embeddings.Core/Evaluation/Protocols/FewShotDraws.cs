using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>The training rows of each experiment, drawn just as MTEB draws them, so that scores can stand beside published ones.</summary>
internal static class FewShotDraws
{
    /// <summary>
    /// Shuffles the row numbers and takes the first rows of each label, in the order they come. Each experiment starts the generator anew from the same seed, but
    /// shuffles what the one before it left: that is MTEB's way, and experiments differ by it alone.
    /// </summary>
    /// <returns>For each experiment the row numbers.</returns>
    public static int[][] Draw(int[] labels, int classes, int samplesPerLabel, int experiments, int seed)
    {
        int[] order = new int[labels.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        int[][] draws = new int[experiments][];
        int[] taken = new int[classes];
        for (int e = 0; e < experiments; e++)
        {
            new MersenneTwister(seed).Shuffle<int>(order);
            Array.Clear(taken);
            List<int> rows = [];
            foreach (int row in order)
            {
                if (taken[labels[row]] < samplesPerLabel)
                {
                    taken[labels[row]]++;
                    rows.Add(row);
                }
            }

            draws[e] = [.. rows];
        }

        return draws;
    }
}
