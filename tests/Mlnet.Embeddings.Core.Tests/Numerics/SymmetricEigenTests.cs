using Mlnet.Embeddings.Numerics;
using Xunit;

namespace Mlnet.Embeddings.Core.Tests.Numerics;

public unsafe class SymmetricEigenTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(17, 1)]
    [InlineData(70, 3)]
    [InlineData(130, 2)]
    public void Eigenvectors_are_orthonormal_and_fulfil_their_equation(int size, int threads) => Check(Symmetric(size, 1), size, threads);

    [Fact]
    public void A_matrix_large_enough_for_threads_is_decomposed_as_well() => Check(Symmetric(520, 2), 520, 3, step: 40);

    [Fact]
    public void Equal_zero_and_graded_eigenvalues_are_no_obstacle()
    {
        const int Size = 40;
        double[] identity = new double[Size * Size];
        double[] graded = new double[Size * Size];
        double[] lowRank = new double[Size * Size];
        for (int i = 0; i < Size; i++)
        {
            identity[(i * Size) + i] = 3;
            graded[(i * Size) + i] = Math.Pow(10, -i);
            for (int j = 0; j < Size; j++)
            {
                lowRank[(i * Size) + j] = (i + 1) * (j + 1);
            }
        }

        Check(identity, Size, 1);
        Check(graded, Size, 1);
        Check(lowRank, Size, 1);
        Check(new double[Size * Size], Size, 1);
        Assert.All(SymmetricEigen.Of(identity, Size).Values, v => Assert.Equal(3, v));
        Assert.Equal(22140, SymmetricEigen.Of(lowRank, Size).Values[0], 1e-9);
    }

    [Theory]
    [InlineData(150, 1)]
    [InlineData(150, 29)]
    [InlineData(150, 149)]
    public void Matrices_of_low_rank_that_is_hidden_by_rounding_converge(int size, int rank)
    {
        Random random = new(5);
        double[] matrix = new double[size * size];
        for (int r = 0; r < rank; r++)
        {
            double[] row = [.. Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5)];
            for (int i = 0; i < size * size; i++)
            {
                matrix[i] += row[i / size] * row[i % size];
            }
        }

        Check(matrix, size, 1);
        Assert.All(SymmetricEigen.Of(matrix, size).Values[rank..], v => Assert.Equal(0, v, 1e-12));
    }

    [Fact]
    public void A_matrix_with_known_eigenvalues_has_them()
    {
        // The second difference: 2 − 2 cos(kπ/(n + 1)).
        const int Size = 50;
        double[] matrix = new double[Size * Size];
        for (int i = 0; i < Size; i++)
        {
            matrix[(i * Size) + i] = 2;
            if (i > 0)
            {
                matrix[(i * Size) + i - 1] = matrix[((i - 1) * Size) + i] = -1;
            }
        }

        double[] values = SymmetricEigen.Of(matrix, Size).Values;
        for (int k = 1; k <= Size; k++)
        {
            Assert.Equal(2 - (2 * Math.Cos(k * Math.PI / (Size + 1))), values[Size - k], 1e-13);
        }
    }

    [Fact]
    public void The_largest_component_of_each_vector_is_positive_and_threads_change_no_bit()
    {
        double[] matrix = Symmetric(90, 3);
        SymmetricEigen one = SymmetricEigen.Of(matrix, 90);
        Assert.Equal(one.Vectors, SymmetricEigen.Of(matrix, 90, threads: 4).Vectors);
        for (int i = 0; i < 90; i++)
        {
            double[] vector = one.Vector(i).ToArray();
            Assert.True(vector.MaxBy(Math.Abs) > 0, $"Vector {i} points the other way.");
        }
    }

    [Fact]
    public void A_matrix_that_is_not_finite_is_refused() => Assert.Throws<ArithmeticException>(() => SymmetricEigen.Of([1, double.NaN, double.NaN, 1], 2));

    private static void Check(double[] matrix, int size, int threads, int step = 1)
    {
        SymmetricEigen eigen = SymmetricEigen.Of(matrix, size, threads);
        double scale = Math.Max(Math.Abs(eigen.Values[0]), Math.Abs(eigen.Values[^1]));
        double tolerance = 1e-14 * size * Math.Max(scale, 1e-300);
        for (int i = 0; i < size; i += step)
        {
            Assert.True(i == 0 || eigen.Values[i] <= eigen.Values[i - 1], "The eigenvalues are not in order.");
            ReadOnlySpan<double> vector = eigen.Vector(i);
            for (int j = 0; j < size; j++)
            {
                double product = 0, dot = 0;
                for (int k = 0; k < size; k++)
                {
                    product += matrix[(j * size) + k] * vector[k];
                    dot += eigen.Vector(j)[k] * vector[k];
                }

                Assert.True(Math.Abs(product - (eigen.Values[i] * vector[j])) <= tolerance, $"Vector {i} misses its equation by {product - (eigen.Values[i] * vector[j])} in row {j}.");
                Assert.Equal(i == j ? 1 : 0, dot, 1e-12);
            }
        }
    }

    private static double[] Symmetric(int size, int seed)
    {
        Random random = new(seed);
        double[] matrix = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                matrix[(i * size) + j] = matrix[(j * size) + i] = random.NextDouble() - 0.3;
            }
        }

        return matrix;
    }
}
