using System.Numerics.Tensors;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Transforms;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Diagnostics;

/// <summary>Measures how vectors lie: moments of the rows as they are, moments of the rows at length 1, and a sample for what needs pairs.</summary>
internal sealed class DescriptionRun(DescriptionOptions options, CancellationToken cancellationToken)
{
    private Moments? _moments;
    private Moments? _unit;
    private long _zeros;
    private double _least = double.PositiveInfinity;
    private double _sum;
    private double _greatest;

    public EmbeddingDescription Describe(IEnumerable<EmbeddingMatrix> blocks)
    {
        foreach (EmbeddingMatrix block in RowBlocks.Checked(blocks, cancellationToken))
        {
            Collect(block);
        }

        Moments moments = _moments!;
        Moments unit = _unit!;
        if (unit.Count < 2)
        {
            throw new ArgumentException($"A description needs two rows that are not zero; there are {unit.Count} of {moments.Count}.", nameof(blocks));
        }

        double[] spectrum = SymmetricEigen.Of(moments.Covariance(), moments.Dimensions, options.Threads).Values;
        (double cosine, double deviation) = Cosines(unit);
        return new()
        {
            Rows = moments.Count,
            Dimensions = moments.Dimensions,
            ZeroRows = _zeros,
            Lengths = (_least, _sum / moments.Count, _greatest),
            MeanCosine = cosine,
            CosineDeviation = deviation,
            EffectiveRank = RankMe(moments),
            IsoScore = IsoScore(spectrum),
            Uniformity = Uniformity(RowSample.Draw(blocks.Select(WithoutZeros), options.Sample, options.Seed, cancellationToken)),
            Spectrum = spectrum,
        };
    }

    public static double Alignment(EmbeddingMatrix left, EmbeddingMatrix right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (left.Rows != right.Rows || left.Dimensions != right.Dimensions || left.Rows == 0)
        {
            throw new ArgumentException($"Pairs need two matrices of one shape; these are {left.Rows} × {left.Dimensions} and {right.Rows} × {right.Dimensions}.", nameof(right));
        }

        EmbeddingMatrix a = UnitRows.Of(left);
        EmbeddingMatrix b = UnitRows.Of(right);
        double sum = 0;
        for (int i = 0; i < a.Rows; i++)
        {
            double distance = TensorPrimitives.Distance<float>(a.Row(i), b.Row(i));
            sum += distance * distance;
        }

        return sum / a.Rows;
    }

    private void Collect(EmbeddingMatrix block)
    {
        _moments ??= new(block.Dimensions);
        _unit ??= new(block.Dimensions);
        _moments.Add(block.Values, options.Threads);
        EmbeddingMatrix unit = new(block.Rows, block.Dimensions);
        double[] row = new double[block.Dimensions];
        int kept = 0;
        for (int i = 0; i < block.Rows; i++)
        {
            // Squares of large or small values overflow or vanish in single precision.
            TensorPrimitives.ConvertTruncating<float, double>(block.Row(i), row);
            double length = TensorPrimitives.Norm<double>(row);
            _least = Math.Min(_least, length);
            _greatest = Math.Max(_greatest, length);
            _sum += length;
            if (block.Row(i).ContainsAnyExcept(0f))
            {
                UnitRows.Scale(block.Row(i), unit.Row(kept++));
            }
        }

        _zeros += block.Rows - kept;
        _unit.Add(unit.Values[..(kept * block.Dimensions)], options.Threads);
    }

    // Zeros have no direction: at no length can they lie far from others or near them.
    private static EmbeddingMatrix WithoutZeros(EmbeddingMatrix block)
    {
        EmbeddingMatrix kept = new(block.Rows, block.Dimensions);
        int rows = 0;
        for (int i = 0; i < block.Rows; i++)
        {
            if (block.Row(i).ContainsAnyExcept(0f))
            {
                block.Row(i).CopyTo(kept.Row(rows++));
            }
        }

        return rows == block.Rows ? block : new(kept.Values[..(rows * block.Dimensions)].ToArray(), rows, block.Dimensions);
    }

    // Over ordered pairs i ≠ j: Σ cos = ‖Σx‖² − n, and Σ cos² = ‖XᵀX‖² − n.
    private static (double Mean, double Deviation) Cosines(Moments unit)
    {
        double n = unit.Count;
        double pairs = n * (n - 1);
        double[] products = Products(unit);
        double mean = ((n * n * TensorPrimitives.SumOfSquares(unit.Mean)) - n) / pairs;
        double square = (TensorPrimitives.SumOfSquares<double>(products) - n) / pairs;
        return (mean, Math.Sqrt(Math.Max(0, square - (mean * mean))));
    }

    // XᵀX, from the co-moments and the mean.
    private static double[] Products(Moments moments)
    {
        int d = moments.Dimensions;
        double[] products = moments.CoMoments.ToArray();
        for (int i = 0; i < d; i++)
        {
            Span<double> row = products.AsSpan(i * d, d);
            TensorPrimitives.MultiplyAdd(moments.Mean, moments.Count * moments.Mean[i], row, row);
        }

        return products;
    }

    private double RankMe(Moments moments)
    {
        double[] singular = SymmetricEigen.Of(Products(moments), moments.Dimensions, options.Threads).Values;
        for (int i = 0; i < singular.Length; i++)
        {
            singular[i] = Math.Sqrt(Math.Max(0, singular[i]));
        }

        double total = TensorPrimitives.Sum<double>(singular);
        double entropy = 0;
        foreach (double value in singular)
        {
            // The paper's 1e-7 keeps the logarithm finite.
            double share = (value / total) + 1e-7;
            entropy -= share * Math.Log(share);
        }

        return Math.Exp(entropy);
    }

    private static double IsoScore(double[] spectrum)
    {
        double d = spectrum.Length;
        double norm = TensorPrimitives.Norm<double>(spectrum);
        if (d == 1 || norm == 0)
        {
            return d == 1 && norm > 0 ? 1 : 0;
        }

        double squares = 0;
        foreach (double value in spectrum)
        {
            squares += Math.Pow((Math.Sqrt(d) * value / norm) - 1, 2);
        }

        // The defect runs from 0 to 1, φ is the share of dimensions it leaves, and the score is 0 where that is one dimension.
        double defect = squares / (2 * (d - Math.Sqrt(d)));
        double used = Math.Pow(d - (defect * (d - Math.Sqrt(d))), 2) / (d * d);
        return Math.Clamp(((d * used) - 1) / (d - 1), 0, 1);
    }

    private double Uniformity(EmbeddingMatrix sample)
    {
        EmbeddingMatrix unit = UnitRows.Of(sample);
        int n = unit.Rows;
        float[] cosines = new float[Math.Min(n, 256) * n];
        double sum = 0;
        for (int first = 0; first < n; first += 256)
        {
            int count = Math.Min(256, n - first);
            Span<float> block = cosines.AsSpan(0, count * n);
            MatrixProduct.MultiplyByTransposed(unit.Values.Slice(first * unit.Dimensions, count * unit.Dimensions), unit.Values, block, count, unit.Dimensions, n, threads: options.Threads);
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < first + i; j++)
                {
                    sum += Math.Exp(4 * (block[(i * n) + j] - 1));
                }
            }
        }

        return Math.Log(sum / (n * (n - 1.0) / 2));
    }
}
