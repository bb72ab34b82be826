using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Evaluation;

/// <summary>Similarities of the two vectors of each pair, by MTEB's names; larger is more similar, so distances are negative.</summary>
internal static class PairSimilarity
{
    private delegate double Similarity(ReadOnlySpan<float> x, ReadOnlySpan<float> y);

    /// <summary><c>cosine</c>, <c>dot</c>, <c>euclidean</c> and <c>manhattan</c> of each pair of rows.</summary>
    public static OrderedDictionary<string, double[]> All(EmbeddingMatrix left, EmbeddingMatrix right) => new()
    {
        ["cosine"] = Of(left, right, Cosine),
        ["dot"] = Of(left, right, Dot),
        ["euclidean"] = Of(left, right, static (x, y) => -TensorPrimitives.Distance(x, y)),
        ["manhattan"] = Of(left, right, NegativeManhattan),
    };

    /// <summary>The cosine of two vectors; 0 where one is zero.</summary>
    public static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double norms = Math.Sqrt(Dot(x, x)) * Math.Sqrt(Dot(y, y));
        return norms > 0 ? Dot(x, y) / norms : 0;
    }

    private static double[] Of(EmbeddingMatrix left, EmbeddingMatrix right, Similarity similarity)
    {
        double[] result = new double[left.Rows];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = similarity(left.Row(i), right.Row(i));
        }

        return result;
    }

    // In double: the rounding of float32 would make ties of similarities that differ.
    private static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += (double)x[i] * y[i];
        }

        return sum;
    }

    private static double NegativeManhattan(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += Math.Abs((double)x[i] - y[i]);
        }

        return -sum;
    }
}
