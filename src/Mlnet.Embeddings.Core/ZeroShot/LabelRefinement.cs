using Mlnet.Embeddings.Neighbors;
using Mlnet.Embeddings.Numerics;

namespace Mlnet.Embeddings.ZeroShot;

/// <summary>Moves descriptions to the means of the unit rows nearest to them.</summary>
internal sealed class LabelRefinement(EmbeddingMatrix rows, EmbeddingMatrix descriptions, LabelRefinementOptions options)
{
    public (EmbeddingMatrix Vectors, int[] RowsUsed) Run(CancellationToken cancellationToken)
    {
        EmbeddingMatrix current = descriptions;
        int[] used = new int[descriptions.Rows];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken };
        for (int round = 0; round < options.Rounds; round++)
        {
            EmbeddingMatrix from = current;
            EmbeddingMatrix next = new(from.Rows, from.Dimensions);
            int[]? nearest = options.NearestDescriptionOnly ? Nearest(from, parallel) : null;
            Parallel.For(0, from.Rows, parallel, description => used[description] = Move(from, description, nearest, next.Row(description)));
            current = next;
        }

        return (current, used);
    }

    // The description that each row is nearest to; of equally near ones the first.
    private int[] Nearest(EmbeddingMatrix from, ParallelOptions parallel)
    {
        int[] nearest = new int[rows.Rows];
        Parallel.For(0, rows.Rows, parallel, row =>
        {
            float best = float.NegativeInfinity;
            for (int i = 0; i < from.Rows; i++)
            {
                float cosine = RowKernel.Dot(rows.Row(row), from.Row(i));
                if (cosine > best)
                {
                    (best, nearest[row]) = (cosine, i);
                }
            }
        });
        return nearest;
    }

    private int Move(EmbeddingMatrix from, int description, int[]? nearest, Span<float> destination)
    {
        List<(float Cosine, int Row)> near = Near(from.Row(description), description, nearest);
        int kept = 0;
        for (; kept < Math.Min(near.Count, options.MostRows); kept++)
        {
            if (kept >= options.LeastRows && near[kept].Cosine < options.LeastSimilarity)
            {
                break;
            }
        }

        int[] chosen = new int[kept];
        for (int i = 0; i < kept; i++)
        {
            chosen[i] = near[i].Row;
        }

        return Mean(options.CleanOutliers ? Inliers(chosen) : chosen, from.Row(description), descriptions.Row(description), destination);
    }

    // Rows of zeros have no direction, and are near to nothing.
    private List<(float Cosine, int Row)> Near(ReadOnlySpan<float> vector, int description, int[]? nearest)
    {
        List<(float Cosine, int Row)> near = [];
        for (int row = 0; row < rows.Rows; row++)
        {
            if ((nearest is null || nearest[row] == description) && rows.Row(row).ContainsAnyExcept(0f))
            {
                near.Add((RowKernel.Dot(rows.Row(row), vector), row));
            }
        }

        near.Sort((x, y) => x.Cosine != y.Cosine ? y.Cosine.CompareTo(x.Cosine) : x.Row.CompareTo(y.Row));
        return near;
    }

    private int[] Inliers(int[] chosen)
    {
        if (chosen.Length < LocalOutlierFactor.LeastRows)
        {
            return chosen;
        }

        EmbeddingMatrix taken = new(chosen.Length, rows.Dimensions);
        for (int i = 0; i < chosen.Length; i++)
        {
            rows.Row(chosen[i]).CopyTo(taken.Row(i));
        }

        double[] factors = LocalOutlierFactor.Of(new ExactNeighbors(taken), threads: 1);
        return [.. chosen.Where((_, i) => factors[i] <= LocalOutlierFactor.UsualThreshold)];
    }

    private int Mean(int[] chosen, ReadOnlySpan<float> current, ReadOnlySpan<float> own, Span<float> destination)
    {
        double[] sum = new double[rows.Dimensions];
        foreach (int row in chosen)
        {
            RowSum.Add(rows.Row(row), sum);
        }

        float[] mean = new float[rows.Dimensions];
        RowSum.Direction(sum, mean);
        if (!mean.AsSpan().ContainsAnyExcept(0f))
        {
            current.CopyTo(destination);
            return 0;
        }

        for (int j = 0; j < sum.Length; j++)
        {
            sum[j] = (options.DescriptionWeight * own[j]) + ((1 - options.DescriptionWeight) * mean[j]);
        }

        RowSum.Direction(sum, destination);
        return chosen.Length;
    }
}
