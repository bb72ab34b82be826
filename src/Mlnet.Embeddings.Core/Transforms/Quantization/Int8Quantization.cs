using System.Numerics.Tensors;
using Mlnet.Embeddings.Persistence;

namespace Mlnet.Embeddings.Transforms;

/// <summary>
/// Scalar quantization to 8 bits: each dimension's calibrated range [lo, hi] is cut into 255 steps, code = round((x − lo)/step) − 128, clipped to −128..127. A quarter of the memory of float32.
/// </summary>
/// <remarks>
/// As a transform it gives what the codes stand for, x̂ = lo + (code + 128)·step, so that the loss can be seen by any evaluation; <see cref="Encode"/> gives the codes for a store.
/// A dimension that was constant when calibrated has one code.
/// </remarks>
public sealed class Int8Quantization : VectorTransform
{
    private readonly float[] _low;
    private readonly float[] _step;

    private Int8Quantization(float[] low, float[] step)
        : base(low.Length, low.Length) => (_low, _step) = (low, step);

    /// <summary>The least value of each dimension that keeps its own code.</summary>
    public ReadOnlySpan<float> Low => _low;

    /// <summary>The width of a code of each dimension; 0 where it was constant.</summary>
    public ReadOnlySpan<float> Step => _step;

    /// <inheritdoc/>
    public override string Name => "quantize:int8";

    internal override string Kind => "int8";

    internal override bool KeepsSlots => true;

    /// <summary>Calibrates on rows that stream by once.</summary>
    /// <param name="blocks">The rows; a block may be written over once the next is asked for.</param>
    /// <param name="tail">The share of values at each end of a dimension that may be clipped, 0 to below 0.5. 0, least to greatest: measured
    /// (<c>./build.sh bench transforms</c>), it costs neither similarity nor classification anything, and a tail of 0.01 costs potion-base-2M 0.2 points on STS-B dev.</param>
    /// <param name="sample">Rows kept to find the ends with a tail; all but 0.5 % of their uncertainty is gone by 10,000.</param>
    /// <param name="seed">Seed of that sample.</param>
    /// <param name="cancellationToken">Ends the pass between blocks.</param>
    /// <exception cref="ArgumentException">There is no row, or one holds NaN or infinity.</exception>
    public static Int8Quantization Fit(IEnumerable<EmbeddingMatrix> blocks, double tail = 0, int sample = 10_000, int seed = 42, CancellationToken cancellationToken = default)
    {
        if (!(tail is >= 0 and < 0.5))
        {
            throw new ArgumentOutOfRangeException(nameof(tail), tail, "The share at each end that may be clipped goes from 0 to below 0.5.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(sample, 1);
        if (tail == 0)
        {
            DimensionSums sums = DimensionSums.Of(blocks, cancellationToken);
            return Between(sums.Low, sums.High);
        }

        EmbeddingMatrix rows = RowSample.Draw(blocks, sample, seed, cancellationToken);
        float[] low = new float[rows.Dimensions];
        float[] high = new float[rows.Dimensions];
        float[] column = new float[rows.Rows];
        int cut = (int)(tail * rows.Rows);
        for (int j = 0; j < low.Length; j++)
        {
            for (int i = 0; i < column.Length; i++)
            {
                column[i] = rows.Row(i)[j];
            }

            Array.Sort(column);
            (low[j], high[j]) = (column[cut], column[column.Length - 1 - cut]);
        }

        return Between(low, high);
    }

    /// <summary>Codes of rows.</summary>
    /// <param name="rows">n×d finite values, row after row.</param>
    /// <param name="codes">n×d codes.</param>
    public void Encode(ReadOnlySpan<float> rows, Span<sbyte> codes)
    {
        CheckLengths(rows.Length, codes.Length);
        for (int i = 0, j = 0; i < rows.Length; i++, j = j + 1 == _low.Length ? 0 : j + 1)
        {
            codes[i] = (sbyte)CodeOf(rows[i], j);
        }
    }

    /// <summary>What codes stand for.</summary>
    /// <param name="codes">n×d codes.</param>
    /// <param name="rows">n×d values.</param>
    public void Decode(ReadOnlySpan<sbyte> codes, Span<float> rows)
    {
        CheckLengths(rows.Length, codes.Length);
        for (int i = 0, j = 0; i < rows.Length; i++, j = j + 1 == _low.Length ? 0 : j + 1)
        {
            rows[i] = _low[j] + ((codes[i] + 128) * _step[j]);
        }
    }

    /// <summary>Dot products of a float32 query with what rows' codes stand for (asymmetric scores: the query loses nothing).</summary>
    /// <param name="query">d values.</param>
    /// <param name="codes">n×d codes.</param>
    /// <param name="scores">n scores.</param>
    public void Score(ReadOnlySpan<float> query, ReadOnlySpan<sbyte> codes, Span<float> scores)
    {
        int d = _low.Length;
        if (query.Length != d)
        {
            throw new ArgumentException($"The query has {query.Length} values; the codes have {d}.", nameof(query));
        }

        CheckLengths(scores.Length * d, codes.Length);

        // Σ q(lo + (c + 128)step) = Σ q(lo + 128 step) + Σ (q·step)c.
        float[] weights = new float[d];
        float[] row = new float[d];
        TensorPrimitives.Multiply(query, _step, weights);
        float constant = TensorPrimitives.Dot(query, _low) + (128 * TensorPrimitives.Sum<float>(weights));
        for (int i = 0; i < scores.Length; i++)
        {
            TensorPrimitives.ConvertTruncating(codes.Slice(i * d, d), row);
            scores[i] = constant + TensorPrimitives.Dot<float>(weights, row);
        }
    }

    internal static Int8Quantization Read(TensorArchive archive)
    {
        int d = archive.Length("low");
        float[] step = archive.Singles("step", d);
        return Array.TrueForAll(step, s => s >= 0) ? new(archive.Singles("low", d), step) : throw archive.Bad("a step is negative");
    }

    internal override void Write(TensorArchiveWriter writer)
    {
        writer.Add("low", _low, _low.Length);
        writer.Add("step", _step, _step.Length);
    }

    private protected override void ApplyRows(ReadOnlySpan<float> rows, Span<float> destination, int count)
    {
        for (int i = 0, j = 0; i < rows.Length; i++, j = j + 1 == _low.Length ? 0 : j + 1)
        {
            destination[i] = _low[j] + ((CodeOf(rows[i], j) + 128) * _step[j]);
        }
    }

    private static Int8Quantization Between(float[] low, float[] high)
    {
        float[] step = new float[low.Length];
        for (int j = 0; j < step.Length; j++)
        {
            step[j] = (float)(((double)high[j] - low[j]) / 255);
        }

        return new(low, step);
    }

    private int CodeOf(float value, int dimension) =>
        _step[dimension] == 0 ? -128 : (int)Math.Clamp(MathF.Round((value - _low[dimension]) / _step[dimension]) - 128, -128f, 127f);

    private void CheckLengths(int values, int codes)
    {
        if (values != codes || values % _low.Length != 0)
        {
            throw new ArgumentException($"{values} values and {codes} codes are not the same number of rows of {_low.Length}.");
        }
    }
}
