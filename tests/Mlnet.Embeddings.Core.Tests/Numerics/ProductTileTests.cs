using System.Numerics;
using Mlnet.Embeddings.Numerics;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Numerics;

/// <summary>Both widths run on every machine, in software where its vectors are narrower.</summary>
public unsafe class ProductTileTests
{
    private delegate void Tile<T>(StridedMatrix<T> left, T* right, int terms, T* c, nint stride, bool accumulate)
        where T : unmanaged;

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(50, false)]
    [InlineData(50, true)]
    public void A_tile_equals_the_sum_of_products_in_either_width_and_precision(int terms, bool accumulate)
    {
        Check<float>(ProductTile<float>.Multiply256, ProductTile<float>.Rows256, ProductTile<float>.Columns256, terms, accumulate, 1e-5);
        Check<float>(ProductTile<float>.Multiply512, ProductTile<float>.Rows512, ProductTile<float>.Columns512, terms, accumulate, 1e-5);
        Check<double>(ProductTile<double>.Multiply256, ProductTile<double>.Rows256, ProductTile<double>.Columns256, terms, accumulate, 1e-14);
        Check<double>(ProductTile<double>.Multiply512, ProductTile<double>.Rows512, ProductTile<double>.Columns512, terms, accumulate, 1e-14);
    }

    [Fact]
    public void A_row_alone_gives_the_same_to_the_bit()
    {
        const int Terms = 50;
        float[] left = Uniform<float>(ProductTile<float>.Rows512 * Terms, 1), right = Uniform<float>(Terms * ProductTile<float>.Columns512, 2);
        float[] tile = new float[ProductTile<float>.Rows512 * ProductTile<float>.Columns512], row = new float[ProductTile<float>.Columns512];
        fixed (float* l = left, r = right, t = tile, p = row)
        {
            ProductTile<float>.Multiply256(new(l, Terms, 1), r, Terms, t, ProductTile<float>.Columns256, accumulate: false);
            ProductTile<float>.MultiplyRow256(new(l, Terms, 1), r, Terms, p, accumulate: false);
            Assert.Equal(tile[..ProductTile<float>.Columns256], row[..ProductTile<float>.Columns256]);
            ProductTile<float>.Multiply512(new(l, Terms, 1), r, Terms, t, ProductTile<float>.Columns512, accumulate: false);
            ProductTile<float>.MultiplyRow512(new(l, Terms, 1), r, Terms, p, accumulate: false);
            Assert.Equal(tile[..ProductTile<float>.Columns512], row);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(25)]
    [InlineData(50)]
    public void A_symmetric_product_equals_the_sum_of_outer_products(int columns)
    {
        const int Rows = RowPanels.Capacity + 5;
        double[] rows = Uniform<double>(Rows * columns, 3);
        SymmetricProduct product = new(columns);
        RowPanels panels = new(columns);
        for (int row = 0; row < Rows; row++)
        {
            panels.Add(rows.AsSpan(row * columns, columns));
            if (panels.IsFull || row == Rows - 1)
            {
                product.Add(panels);
                panels.Clear();
            }
        }

        double[] actual = new double[columns * columns];
        product.CopyTo(actual);

        for (int i = 0; i < columns; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                Assert.Equal(Enumerable.Range(0, Rows).Sum(row => rows[(row * columns) + i] * rows[(row * columns) + j]), actual[(i * columns) + j], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(77)]
    public void Differences_from_a_point_are_summed_with_and_without_weights(int columns)
    {
        const int Rows = 20;
        float[] rows = Uniform<float>(Rows * columns, 4);
        double[] point = Uniform<double>(columns, 5);
        RowPanels panels = new(columns);
        double[] sum = new double[columns], weighted = new double[columns], expectedSum = new double[columns], expectedWeighted = new double[columns];
        for (int row = 0; row < Rows; row++)
        {
            double[] y = [.. Enumerable.Range(0, columns).Select(j => rows[(row * columns) + j] - point[j])];
            double square = y.Sum(v => v * v);
            for (int j = 0; j < columns; j++)
            {
                expectedSum[j] += y[j];
                expectedWeighted[j] += square * y[j];
            }

            Assert.True(panels.TryAdd(rows.AsSpan(row * columns, columns), point, out double actual));
            Assert.Equal(square, actual, 1e-12);
        }

        float[] bad = rows[..columns];
        bad[^1] = float.NaN;
        Assert.False(panels.TryAdd(bad, point, out _));
        panels.AddSums(sum, weighted);

        for (int j = 0; j < columns; j++)
        {
            Assert.Equal(expectedSum[j], sum[j], 1e-12);
            Assert.Equal(expectedWeighted[j], weighted[j], 1e-11);
        }
    }

    // The left factor once row after row, once term after term.
    private static void Check<T>(Tile<T> tile, int rows, int columns, int terms, bool accumulate, double tolerance)
        where T : unmanaged, INumber<T>
    {
        int stride = columns + 5;
        foreach (bool rowAfterRow in (ReadOnlySpan<bool>)[true, false])
        {
            T[] left = Uniform<T>((rows * terms) + 1, 1), right = Uniform<T>((terms * columns) + 1, 2), c = Uniform<T>(rows * stride, 3), before = [.. c];
            (int row, int term) = rowAfterRow ? (terms, 1) : (1, rows);
            fixed (T* l = left, r = right, p = c)
            {
                tile(new StridedMatrix<T>(l, row, term), r, terms, p, stride, accumulate);
            }

            for (int i = 0; i < rows * stride; i++)
            {
                (int y, int x) = (i / stride, i % stride);
                double expected = accumulate || x >= columns ? double.CreateChecked(before[i]) : 0;
                for (int t = 0; x < columns && t < terms; t++)
                {
                    expected += double.CreateChecked(left[(y * row) + (t * term)]) * double.CreateChecked(right[(t * columns) + x]);
                }

                Assert.Equal(expected, double.CreateChecked(c[i]), tolerance);
            }
        }
    }

    private static T[] Uniform<T>(int count, int seed)
        where T : INumber<T>
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating(random.NextDouble() - 0.5))];
    }
}
