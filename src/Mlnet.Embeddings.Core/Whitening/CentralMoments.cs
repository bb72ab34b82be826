using System.Numerics.Tensors;

namespace Mlnet.Embeddings.Whitening;

/// <summary>Moments around the mean of some rows, and how two such sets become one (Chan, Golub and LeVeque, 1979).</summary>
internal sealed class CentralMoments(long count, double[] mean, double[] product, double[] cubic, double quartic)
{
    public long Count { get; private set; } = count;

    public double[] Mean => mean;

    /// <summary>Σ yyᵀ with y = x − mean, d×d.</summary>
    public double[] Product => product;

    /// <summary>Σ ‖y‖² y.</summary>
    public double[] Cubic => cubic;

    /// <summary>Σ ‖y‖⁴.</summary>
    public double Quartic { get; private set; } = quartic;

    public static CentralMoments Empty(int dimensions) => new(0, new double[dimensions], new double[dimensions * dimensions], new double[dimensions], 0);

    /// <summary>The moments of a sum around a point, whose rows are all flushed by it.</summary>
    public static CentralMoments Of(MomentSum sum)
    {
        sum.Flush();
        int d = sum.Sum.Length;
        double[] offset = new double[d];
        TensorPrimitives.Divide(sum.Sum, -sum.Count, offset);
        double[] mean = new double[d];
        TensorPrimitives.Subtract(sum.Point, offset, mean);
        double[] product = new double[d * d];
        sum.Product.CopyTo(product);

        // Around the point p + Σy/n instead of p; y gains the offset e = −Σy/n.
        double square = TensorPrimitives.Dot<double>(offset, offset);
        double trace = Trace(product, d);
        double[] moved = Multiply(product, offset);
        double quartic = sum.Quartic + (4 * TensorPrimitives.Dot<double>(offset, sum.Cubic)) + (4 * TensorPrimitives.Dot<double>(offset, moved)) + (2 * square * trace) - (3 * sum.Count * square * square);
        double[] cubic = new double[d];
        TensorPrimitives.MultiplyAdd(moved, 2, sum.Cubic, cubic);
        TensorPrimitives.MultiplyAdd(offset, trace - (2 * sum.Count * square), cubic, cubic);
        AddOuter(product, offset, -sum.Count);
        return new(sum.Count, mean, product, cubic, Math.Max(0, quartic));
    }

    /// <summary>Adds the moments of other rows.</summary>
    public void Add(CentralMoments other)
    {
        if (other.Count == 0)
        {
            return;
        }

        int d = mean.Length;
        long total = Count + other.Count;
        double[] difference = new double[d];
        TensorPrimitives.Subtract(other.Mean, mean, difference);
        double[] mine = new double[d];
        double[] theirs = new double[d];
        TensorPrimitives.Multiply(difference, -(double)other.Count / total, mine);
        TensorPrimitives.Multiply(difference, (double)Count / total, theirs);
        Move(mine);
        CentralMoments moved = new(other.Count, [.. other.Mean], [.. other.Product], [.. other.Cubic], other.Quartic);
        moved.Move(theirs);
        TensorPrimitives.Add(product, moved.Product, product);
        TensorPrimitives.Add(cubic, moved.Cubic, cubic);
        Quartic += moved.Quartic;
        TensorPrimitives.Subtract(mean, mine, mean);
        Count = total;
    }

    public static double[] Multiply(double[] matrix, double[] vector)
    {
        double[] result = new double[vector.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = TensorPrimitives.Dot<double>(matrix.AsSpan(i * result.Length, result.Length), vector);
        }

        return result;
    }

    public static double Trace(double[] matrix, int size)
    {
        double trace = 0;
        for (int i = 0; i < size; i++)
        {
            trace += matrix[(i * size) + i];
        }

        return trace;
    }

    // The sums around the mean become sums around mean − offset: y gains the offset. The mean itself stays to the caller.
    private void Move(double[] offset)
    {
        double square = TensorPrimitives.Dot<double>(offset, offset);
        double trace = Trace(product, mean.Length);
        double[] moved = Multiply(product, offset);
        Quartic += (4 * TensorPrimitives.Dot<double>(offset, cubic)) + (4 * TensorPrimitives.Dot<double>(offset, moved)) + (2 * square * trace) + (Count * square * square);
        TensorPrimitives.MultiplyAdd(moved, 2, cubic, cubic);
        TensorPrimitives.MultiplyAdd(offset, trace + (Count * square), cubic, cubic);
        AddOuter(product, offset, Count);
    }

    private static void AddOuter(double[] matrix, double[] vector, double factor)
    {
        int d = vector.Length;
        double[] products = new double[d];
        for (int i = 0; i < d; i++)
        {
            // The product of two factors is the same either way round, so the matrix stays symmetric to the bit.
            Span<double> row = matrix.AsSpan(i * d, d);
            TensorPrimitives.Multiply(vector, vector[i], products);
            TensorPrimitives.MultiplyAdd(products, factor, row, row);
        }
    }
}
