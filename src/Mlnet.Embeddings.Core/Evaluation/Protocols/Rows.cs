namespace Mlnet.Embeddings.Evaluation;

/// <summary>Chosen rows of labeled vectors.</summary>
internal static class Rows
{
    public static (EmbeddingMatrix Features, int[] Labels) Take(EmbeddingMatrix features, int[] labels, int[] rows)
    {
        EmbeddingMatrix taken = new(rows.Length, features.Dimensions);
        int[] takenLabels = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            features.Row(rows[i]).CopyTo(taken.Row(i));
            takenLabels[i] = labels[rows[i]];
        }

        return (taken, takenLabels);
    }
}
