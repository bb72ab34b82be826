using System.Numerics;

namespace Mlnet.Embeddings.Adapters.Training;

/// <summary>
/// Normal noise on rows, in each dimension as a share of the rows' standard deviation there: embeddings that share a long common part, as many models' do, are not drowned in it.
/// </summary>
internal sealed class RowNoise
{
    private readonly double[] _anchors;
    private readonly double[] _candidates;

    /// <param name="share">The share.</param>
    /// <param name="like">The examples, or the first block of them.</param>
    public RowNoise(double share, ExampleTable like)
    {
        _anchors = Deviations(share, like.Anchors);
        _candidates = like.Positives is null || ReferenceEquals(like.Positives, like.Anchors) ? _anchors : Deviations(share, like.Positives);
    }

    /// <summary>Disturbs the rows of a batch.</summary>
    /// <param name="anchors">Rows of anchors, one after the other.</param>
    /// <param name="candidates">Those of candidates.</param>
    /// <param name="random">Draws a seed; the noise depends on nothing else.</param>
    public void Add<T>(Span<T> anchors, Span<T> candidates, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ulong state = (ulong)random.NextInt64();
        Add(anchors, _anchors, ref state);
        Add(candidates, _candidates, ref state);
    }

    private static void Add<T>(Span<T> rows, ReadOnlySpan<double> deviations, ref ulong state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int start = 0; start < rows.Length; start += deviations.Length)
        {
            Span<T> row = rows.Slice(start, deviations.Length);
            for (int j = 0; j < row.Length; j += 2)
            {
                // Two at a time (Box and Muller, 1958).
                double radius = Math.Sqrt(-2 * Math.Log(1 - Next(ref state)));
                (double sin, double cos) = Math.SinCos(2 * Math.PI * Next(ref state));
                row[j] += T.CreateTruncating(deviations[j] * radius * cos);
                if (j + 1 < row.Length)
                {
                    row[j + 1] += T.CreateTruncating(deviations[j + 1] * radius * sin);
                }
            }
        }
    }

    private static double[] Deviations(double share, EmbeddingMatrix rows)
    {
        double[] means = new double[rows.Dimensions], squares = new double[rows.Dimensions];
        for (int i = 0; i < rows.Rows; i++)
        {
            ReadOnlySpan<float> row = rows.Row(i);
            for (int j = 0; j < means.Length; j++)
            {
                // Welford's running moments (1962): no digits are lost where rows share a long part.
                double away = row[j] - means[j];
                means[j] += away / (i + 1);
                squares[j] += away * (row[j] - means[j]);
            }
        }

        return [.. squares.Select(square => share * Math.Sqrt(square / rows.Rows))];
    }

    // SplitMix64 (Steele, Lea and Flood, 2014), from 0 to below 1; Random itself would be a call a value.
    private static double Next(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
