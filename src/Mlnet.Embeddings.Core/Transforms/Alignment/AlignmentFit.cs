using System.Numerics.Tensors;
using Mlnet.Embeddings.Evaluation;
using Mlnet.Embeddings.Numerics;
using Mlnet.Embeddings.Whitening;

namespace Mlnet.Embeddings.Transforms;

/// <summary>Fits an alignment on the moments of both sides' vectors put side by side, which hold all products that either kind needs.</summary>
internal sealed class AlignmentFit(EmbeddingMatrix source, EmbeddingMatrix target, AlignmentOptions options)
{
    private readonly int _d = source.Dimensions;
    private readonly int _k = target.Dimensions;

    public AlignmentTransform Run()
    {
        int held = (int)(options.HeldOut * source.Rows);
        int[] order = RowSample.Indices(source.Rows, source.Rows, options.Seed);
        Moments moments = Collect(order.AsSpan(held));
        double cosine = double.NaN;
        if (held > 0 && moments.Count >= 2)
        {
            cosine = MeanCosine(Of(moments, double.NaN), order.AsSpan(0, held));
            moments.Merge(Collect(order.AsSpan(0, held)));
        }
        else if (held > 0)
        {
            moments = Collect(order);
        }

        return Of(moments, cosine);
    }

    private Moments Collect(ReadOnlySpan<int> rows)
    {
        Moments moments = new(_d + _k);
        EmbeddingMatrix block = new(Math.Clamp(rows.Length, 1, 2048), _d + _k);
        for (int first = 0; first < rows.Length; first += block.Rows)
        {
            int count = Math.Min(block.Rows, rows.Length - first);
            for (int i = 0; i < count; i++)
            {
                int row = rows[first + i];
                CheckFinite(source.Row(row), "source", row);
                CheckFinite(target.Row(row), "target", row);
                source.Row(row).CopyTo(block.Row(i));
                target.Row(row).CopyTo(block.Row(i)[_d..]);
            }

            moments.Add(block.Values[..(count * (_d + _k))], options.Threads);
        }

        return moments;
    }

    private static void CheckFinite(ReadOnlySpan<float> row, string side, int index)
    {
        if (!TensorPrimitives.IsFiniteAll(row))
        {
            throw new ArgumentException($"The {side} vector of row {index} holds NaN or infinity; drop the pair or embed it anew.", side);
        }
    }

    private AlignmentTransform Of(Moments moments, double heldOutCosine)
    {
        double[] mean = options.Center ? moments.Mean.ToArray() : new double[_d + _k];
        double[] products = moments.CoMoments.ToArray();
        if (!options.Center)
        {
            AddMeans(products, moments);
        }

        double[] matrix = options.Kind == AlignmentKind.Procrustes ? OrthogonalFactor.Of(Block(products, 0, _d, _d, _k), _d, options.Threads) : Ridge(products);
        return new(options.Kind, Singles(mean.AsSpan(0, _d)), Singles(matrix), Singles(mean.AsSpan(_d)), heldOutCosine, options.Normalize);
    }

    private static void AddMeans(double[] products, Moments moments)
    {
        int size = moments.Dimensions;
        for (int i = 0; i < size; i++)
        {
            TensorPrimitives.MultiplyAdd(moments.Mean, moments.Count * moments.Mean[i], products.AsSpan(i * size, size), products.AsSpan(i * size, size));
        }
    }

    // (AᵀA + p·tr(AᵀA)/d·I)⁻¹AᵀB, with the inverse as LLᵀ.
    private double[] Ridge(double[] products)
    {
        double[] gram = Block(products, 0, _d, 0, _d);
        double penalty = options.Penalty * CentralMoments.Trace(gram, _d) / _d;
        if (penalty == 0)
        {
            throw new ArgumentException("All source rows are equal: there is nothing to map. Fit on rows of different texts.");
        }

        for (int i = 0; i < _d; i++)
        {
            gram[(i * _d) + i] += penalty;
        }

        double[] lower = UpperCholesky.InverseTransposed(gram, _d, 0) ?? throw new ArgumentException("The source rows lack rank, and the penalty is too small for the precision of double. Set a larger Penalty, or fit on more rows.");
        double[] cross = Block(products, 0, _d, _d, _k);
        double[] half = new double[_d * _k];
        double[] matrix = new double[_d * _k];
        for (int i = 0; i < _d; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                TensorPrimitives.MultiplyAdd(cross.AsSpan(i * _k, _k), lower[(i * _d) + j], half.AsSpan(j * _k, _k), half.AsSpan(j * _k, _k));
            }
        }

        for (int i = 0; i < _d; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                TensorPrimitives.MultiplyAdd(half.AsSpan(j * _k, _k), lower[(i * _d) + j], matrix.AsSpan(i * _k, _k), matrix.AsSpan(i * _k, _k));
            }
        }

        return matrix;
    }

    private double[] Block(double[] products, int firstRow, int rows, int firstColumn, int columns)
    {
        int size = _d + _k;
        double[] block = new double[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            products.AsSpan(((firstRow + i) * size) + firstColumn, columns).CopyTo(block.AsSpan(i * columns));
        }

        return block;
    }

    private double MeanCosine(AlignmentTransform map, ReadOnlySpan<int> rows)
    {
        double sum = 0;
        float[] mapped = new float[_k];
        foreach (int row in rows)
        {
            map.Apply(source.Row(row), mapped);
            sum += PairSimilarity.Cosine(mapped, target.Row(row));
        }

        return sum / rows.Length;
    }

    private static float[] Singles(ReadOnlySpan<double> values)
    {
        float[] singles = new float[values.Length];
        TensorPrimitives.ConvertTruncating(values, singles);
        return singles;
    }
}
