using Mlnet.Embeddings.Numerics;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Numerics;

public class MatrixProductTests
{
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 1 }, { 6, 1, 16 }, { 5, 3, 15 }, { 7, 17, 17 }, { 96, 256, 16 }, { 97, 257, 33 }, { 200, 600, 77 }, { 13, 40, 2100 }, { 1, 300, 1 }, { 3, 0, 4 }, { 0, 5, 4 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_product_equals_the_sum_of_products_in_double(int rows, int inner, int columns)
    {
        float[] a = Uniform(rows * inner, 1);
        float[] b = Uniform(inner * columns, 2);
        float[] c = Uniform(rows * columns, 3);
        float[] expected = Textbook(a, b, rows, inner, columns);

        MatrixProduct.Multiply(a, b, c, rows, inner, columns);
        AssertClose(expected, c, inner);
        MatrixProduct.MultiplyByTransposed(a, Transpose(b, inner, columns), c, rows, inner, columns);
        AssertClose(expected, c, inner);
        MatrixProduct.MultiplyTransposed(Transpose(a, rows, inner), b, c, rows, inner, columns);
        AssertClose(expected, c, inner);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Accumulating_adds_to_what_is_there(int rows, int inner, int columns)
    {
        float[] a = Uniform(rows * inner, 4);
        float[] b = Uniform(inner * columns, 5);
        float[] before = Uniform(rows * columns, 6);
        float[] c = [.. before];
        float[] expected = Textbook(a, b, rows, inner, columns);
        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] += before[i];
        }

        MatrixProduct.Multiply(a, b, c, rows, inner, columns, accumulate: true);

        AssertClose(expected, c, inner);
    }

    [Theory]
    [InlineData(500, 300, 77)]
    [InlineData(77, 2000, 64)]
    public void The_number_of_threads_does_not_change_a_bit(int rows, int inner, int columns)
    {
        float[] a = Uniform(rows * inner, 7);
        float[] b = Uniform(inner * columns, 8);
        float[] one = new float[rows * columns];
        float[] many = new float[rows * columns];

        MatrixProduct.Multiply(a, b, one, rows, inner, columns);
        MatrixProduct.Multiply(a, b, many, rows, inner, columns, threads: 5);

        Assert.Equal(one, many);
    }

    [Fact]
    public void A_row_gives_the_same_bits_alone_and_among_others()
    {
        const int Rows = 101, Inner = 300, Columns = 35;
        float[] a = Uniform(Rows * Inner, 9);
        float[] b = Uniform(Inner * Columns, 10);
        float[] all = new float[Rows * Columns];
        float[] alone = new float[Columns];
        MatrixProduct.MultiplyByTransposed(a, b, all, Rows, Inner, Columns);

        for (int row = 0; row < Rows; row++)
        {
            MatrixProduct.MultiplyByTransposed(a.AsSpan(row * Inner, Inner), b, alone, 1, Inner, Columns);
            Assert.Equal(all.AsSpan(row * Columns, Columns).ToArray(), alone);
        }
    }

    [Fact]
    public void A_value_that_is_not_a_number_stays_in_its_row()
    {
        float[] a = Uniform(7 * 5, 11);
        a[2 * 5] = float.NaN;
        float[] c = new float[7 * 3];

        MatrixProduct.Multiply(a, Uniform(5 * 3, 12), c, 7, 5, 3);

        Assert.Equal([2], Enumerable.Range(0, 7).Where(i => float.IsNaN(c[i * 3])));
    }

    [Fact]
    public void A_span_of_another_length_than_its_matrix_is_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>("b", () => MatrixProduct.Multiply(new float[6], new float[11], new float[8], 2, 3, 4));
        Assert.Contains("needs 12 values; the span has 11", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_overlaps_a_factor_is_refused()
    {
        float[] shared = new float[8];
        Assert.Throws<ArgumentException>("c", () => MatrixProduct.Multiply(shared.AsSpan(0, 4), new float[4], shared.AsSpan(2, 4), 2, 2, 2));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Products_of_doubles_equal_the_sums_of_products(int rows, int inner, int columns)
    {
        double[] a = Array.ConvertAll(Uniform(rows * inner, 13), v => (double)v), b = Array.ConvertAll(Uniform(inner * columns, 14), v => (double)v);
        double[] product = new double[rows * columns], byTransposed = new double[rows * columns], transposed = new double[rows * columns];

        MatrixProduct.Multiply(a, b, product, rows, inner, columns);
        MatrixProduct.MultiplyByTransposed(a, Transpose(b, inner, columns), byTransposed, rows, inner, columns, threads: 3);
        MatrixProduct.MultiplyTransposed(Transpose(a, rows, inner), b, transposed, rows, inner, columns);

        for (int i = 0; i < product.Length; i++)
        {
            double expected = Enumerable.Range(0, inner).Sum(k => a[(i / columns * inner) + k] * b[(k * columns) + (i % columns)]);
            Assert.Equal(expected, product[i], 1e-12);
            Assert.Equal(expected, byTransposed[i], 1e-12);
            Assert.Equal(expected, transposed[i], 1e-12);
        }
    }

    [Fact]
    public void Values_that_are_neither_float_nor_double_are_refused()
    {
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => MatrixProduct.Multiply(new Half[1], new Half[1], new Half[1], 1, 1, 1));
        Assert.Contains("float or double", error.Message, StringComparison.Ordinal);
    }

    private static float[] Textbook(float[] a, float[] b, int rows, int inner, int columns)
    {
        float[] c = new float[rows * columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int p = 0; p < inner; p++)
                {
                    sum += (double)a[(i * inner) + p] * b[(p * columns) + j];
                }

                c[(i * columns) + j] = (float)sum;
            }
        }

        return c;
    }

    private static T[] Transpose<T>(T[] matrix, int rows, int columns)
    {
        T[] result = new T[matrix.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                result[(j * rows) + i] = matrix[(i * columns) + j];
            }
        }

        return result;
    }

    private static float[] Uniform(int count, int seed)
    {
        Random random = new(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return values;
    }

    // A float32 sum of n terms of at most 1 errs by about √n rounding units of 6e-8, and n at the very worst.
    private static void AssertClose(float[] expected, float[] actual, int terms)
    {
        double tolerance = 1e-6 + (terms * 6e-8);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"Entry {i} is {actual[i]}, expected {expected[i]}.");
        }
    }
}
