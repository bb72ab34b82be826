namespace Mlnet.Embeddings.Benchmarks.Hubness;

/// <summary>
/// f-norm as its paper has it: in each dimension the values of all rows, those to be classified among them, are replaced by a sorted sample of normal numbers, rank by rank. Equal values get different ones.
/// </summary>
internal static class RandomRanks
{
    public static EmbeddingMatrix Of(EmbeddingMatrix rows, int seed)
    {
        EmbeddingMatrix result = new(rows.Rows, rows.Dimensions);
        Random random = new(seed);
        double[] drawn = new double[rows.Rows];
        (float Value, int Chance)[] values = new (float, int)[rows.Rows];
        int[] order = new int[rows.Rows];
        for (int d = 0; d < rows.Dimensions; d++)
        {
            for (int i = 0; i < order.Length; i++)
            {
                (drawn[i], values[i], order[i]) = (Normal(random), (rows.Row(i)[d], random.Next()), i);
            }

            Array.Sort(drawn);
            Array.Sort(values, order);
            for (int rank = 0; rank < order.Length; rank++)
            {
                result.Row(order[rank])[d] = (float)drawn[rank];
            }
        }

        return result;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
