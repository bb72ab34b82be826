using System.Numerics.Tensors;

namespace Mlnet.Embeddings.LongTexts;

/// <summary>
/// Cuts a text where its topic changes: at those minima of the similarity between neighbouring windows that lie deep between the peaks on either side
/// (TextTiling, Hearst 1997; over sentence vectors: Topic Segmentation Focusing on Local Context, Lee et al. 2023).
/// </summary>
public static class TopicSegmentation
{
    /// <summary>The similarity across each gap, the cosine of the two windows' vectors; 0 where one is zero.</summary>
    /// <param name="windows">n vectors, one a window of sentences, in the text's order.</param>
    /// <returns>n − 1 values; none where there are fewer than two windows.</returns>
    public static float[] Similarities(EmbeddingMatrix windows)
    {
        ArgumentNullException.ThrowIfNull(windows);
        float[] similarities = new float[Math.Max(windows.Rows - 1, 0)];
        for (int i = 0; i < similarities.Length; i++)
        {
            ReadOnlySpan<float> left = windows.Row(i);
            ReadOnlySpan<float> right = windows.Row(i + 1);
            float lengths = TensorPrimitives.Norm(left) * TensorPrimitives.Norm(right);
            similarities[i] = lengths > 0 ? TensorPrimitives.Dot(left, right) / lengths : 0;
        }

        return similarities;
    }

    /// <summary>How deep each gap lies: (peak to its left − s) + (peak to its right − s), the peaks reached by climbing from it without a step down.</summary>
    /// <param name="similarities">s, one a gap.</param>
    public static float[] Depths(ReadOnlySpan<float> similarities)
    {
        float[] depths = new float[similarities.Length];
        for (int i = 0; i < depths.Length; i++)
        {
            int left = i;
            while (left > 0 && similarities[left - 1] >= similarities[left])
            {
                left--;
            }

            int right = i;
            while (right < depths.Length - 1 && similarities[right + 1] >= similarities[right])
            {
                right++;
            }

            depths[i] = similarities[left] + similarities[right] - (2 * similarities[i]);
        }

        return depths;
    }

    /// <summary>The windows that begin a new topic.</summary>
    /// <param name="windows">n vectors, one a window of sentences, in the text's order.</param>
    /// <param name="deviations">
    /// A minimum is cut where its depth is at least mean + <paramref name="deviations"/> · standard deviation of all depths; −0.5 is Hearst's liberal choice,
    /// 0.5 cuts at clear changes only.
    /// </param>
    /// <returns>Indices of windows, ascending, none of them 0; empty where the text keeps to one topic.</returns>
    /// <exception cref="ArgumentException">A vector holds NaN or infinity; the message names the window.</exception>
    public static int[] Cuts(EmbeddingMatrix windows, double deviations = 0.5)
    {
        ArgumentNullException.ThrowIfNull(windows);
        for (int i = 0; i < windows.Rows; i++)
        {
            if (!TensorPrimitives.IsFiniteAll<float>(windows.Row(i)))
            {
                throw new ArgumentException($"The vector of window {i} holds a value that is not a finite number.", nameof(windows));
            }
        }

        float[] similarities = Similarities(windows);
        float[] depths = Depths(similarities);
        double mean = 0;
        double squares = 0;
        foreach (float depth in depths)
        {
            mean += depth;
            squares += (double)depth * depth;
        }

        mean /= Math.Max(depths.Length, 1);
        double threshold = mean + (deviations * Math.Sqrt(Math.Max((squares / Math.Max(depths.Length, 1)) - (mean * mean), 0)));
        List<int> cuts = [];
        for (int i = 0; i < depths.Length; i++)
        {
            // Of a run of equal similarities the first gap is the minimum.
            bool isMinimum = (i == 0 || similarities[i - 1] > similarities[i]) && (i == depths.Length - 1 || similarities[i + 1] >= similarities[i]);
            if (isMinimum && depths[i] > 0 && depths[i] >= threshold)
            {
                cuts.Add(i + 1);
            }
        }

        return [.. cuts];
    }
}
