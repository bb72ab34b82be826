using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// f-norm, inductive: each dimension's value becomes the normal quantile of its rank among the fitted values, z_d(x) = Φ⁻¹((R_d(x) − ½)/n) with mid-ranks for ties; then the vector is
/// scaled to length 1. It lowers hubness, as every dimension ends up with the same distribution.
/// </summary>
/// <remarks>
/// <para>Of each dimension's values q knots are kept, equally far apart in p on [½/n, 1 − ½/n]: the order statistics there. p is linear between knots and stays at the ends outside; a dimension that was
/// constant gives 0. Equal vectors get equal results, and rows that were not seen while fitting need no other rows: the form that was published ranks training and test rows together and draws a
/// random normal sample to rank by.</para>
/// <para>No matrix and offset compute it, so it is not exported to ONNX.</para>
/// </remarks>
public sealed class FNormTransform : VectorTransform
{
    private readonly float[] _knots;
    private readonly int _count;
    private readonly long _rows;

    private FNormTransform(float[] knots, int count, long rows)
        : base(knots.Length / count, knots.Length / count) => (_knots, _count, _rows) = (knots, count, rows);

    /// <inheritdoc/>
    public override string Name => "fnorm";

    /// <inheritdoc/>
    public override bool IsNormalized => true;

    internal override string Kind => "f-norm";

    internal override bool KeepsSlots => true;

    /// <summary>Fits on rows that stream by once.</summary>
    /// <param name="blocks">The rows; a block may be written over once the next is asked for.</param>
    /// <param name="options">Knots, and how many rows are drawn.</param>
    /// <param name="threads">The most threads to use.</param>
    /// <param name="cancellationToken">Ends the fit between blocks.</param>
    /// <exception cref="ArgumentException">There is no row, or one holds NaN or infinity.</exception>
    public static FNormTransform Fit(IEnumerable<EmbeddingMatrix> blocks, FNormOptions? options = null, int threads = 1, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        EmbeddingMatrix rows = RowSample.Draw(blocks, options.Sample, options.Seed, cancellationToken);
        int count = Math.Min(rows.Rows, options.Knots);
        float[] knots = new float[checked(rows.Dimensions * count)];
        Parallel.For(0, rows.Dimensions, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken }, d => WriteKnots(rows, d, knots.AsSpan(d * count, count)));
        return new(knots, count, rows.Rows);
    }

    /// <summary>Fits on the rows of a matrix.</summary>
    /// <exception cref="ArgumentException">There is no row, or one holds NaN or infinity.</exception>
    public static FNormTransform Fit(EmbeddingMatrix rows, FNormOptions? options = null) => Fit([rows], options);

    internal static FNormTransform Read(TensorArchive archive)
    {
        ReadOnlySpan<int> shape = archive.Shape("knots", 2);
        (int dimensions, int count) = (archive.Positive("knots", shape[0]), archive.Positive("knots", shape[1]));
        float[] knots = archive.Singles("knots", dimensions, count);
        for (int i = 1; i < knots.Length; i++)
        {
            if (i % count != 0 && knots[i] < knots[i - 1])
            {
                throw archive.Bad($"the knots of dimension {i / count} do not rise");
            }
        }

        return new(knots, count, archive.Int32("rows", count));
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Set("rows", _rows);
        writer.Add("knots", _knots, InputDimensions, _count);
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        for (int row = 0; row < count; row++)
        {
            Span<float> result = destination.Slice(row * InputDimensions, InputDimensions);
            for (int d = 0; d < result.Length; d++)
            {
                result[d] = (float)Quantile(_knots.AsSpan(d * _count, _count), rows[(row * InputDimensions) + d]);
            }

            UnitRows.Scale(result, result);
        }
    }

    private static void WriteKnots(EmbeddingMatrix rows, int dimension, Span<float> knots)
    {
        float[] values = new float[rows.Rows];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = rows.Row(i)[dimension];
        }

        Array.Sort(values);
        for (int i = 0; i < knots.Length; i++)
        {
            // p on the grid is (place + ½)/n; between two places the nearer one.
            double place = knots.Length == 1 ? 0 : i * (values.Length - 1.0) / (knots.Length - 1);
            knots[i] = values[(int)(place + 0.5)];
        }
    }

    private double Quantile(ReadOnlySpan<float> knots, float value)
    {
        if (knots[0] == knots[^1])
        {
            return 0;
        }

        int above = FirstAbove(knots, value);
        int below = above - 1;
        double place;
        if (below < 0)
        {
            place = 0;
        }
        else if (knots[below] == value)
        {
            // The mid-rank of the run of equal knots.
            place = (FirstAbove(knots, MathF.BitDecrement(value)) + below) / 2.0;
        }
        else
        {
            place = above == knots.Length ? below : below + (((double)value - knots[below]) / ((double)knots[above] - knots[below]));
        }

        return NormalDistribution.Quantile((0.5 + (place * (_rows - 1.0) / (knots.Length - 1))) / _rows);
    }

    // The first knot above the value; as many as there are knots where there is none.
    private static int FirstAbove(ReadOnlySpan<float> knots, float value)
    {
        int first = 0;
        int length = knots.Length;
        while (length > 0)
        {
            int half = length / 2;
            if (knots[first + half] <= value)
            {
                first += half + 1;
                length -= half + 1;
            }
            else
            {
                length = half;
            }
        }

        return first;
    }
}
